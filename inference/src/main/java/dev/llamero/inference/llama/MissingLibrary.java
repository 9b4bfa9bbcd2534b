package dev.llamero.inference.llama;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the dynamic linker's complaint about a library into one sentence that names the remedy. Pure. */
final class MissingLibrary {
    private static final Pattern NOT_FOUND =
            Pattern.compile("(\\S+): cannot open shared object file: No such file or directory");
    private static final Pattern GLIBC = Pattern.compile("version [`']GLIBC_([0-9.]+)' not found");
    private static final Pattern CUDA_PART = Pattern.compile("lib(cudart|cublas|cublasLt)\\.so\\.(\\d+)");

    private MissingLibrary() {}

    /** The name of the library that another one needs and that is not there, if that is the complaint. */
    static Optional<String> name(String complaint) {
        Matcher notFound = NOT_FOUND.matcher(complaint);
        return notFound.find() ? Optional.of(notFound.group(1)) : Optional.empty();
    }

    /** One sentence without a full stop. */
    static String explain(Path library, String complaint) {
        Matcher glibc = GLIBC.matcher(complaint);
        if (glibc.find()) {
            return library.getFileName() + " needs glibc " + glibc.group(1)
                    + "; use a system with glibc 2.34 or newer (Debian 12, Ubuntu 22.04)";
        }
        Optional<String> missing = name(complaint).filter(name -> !name.equals(library.toString()));
        if (missing.isEmpty()) {
            return library + " cannot be loaded: " + complaint + "; build again after deleting its node_modules folder";
        }
        return library.getFileName() + " needs " + missing.get() + ", which is not on this machine; "
                + remedy(missing.get());
    }

    private static String remedy(String missing) {
        Matcher cuda = CUDA_PART.matcher(missing);
        if (missing.equals("libcuda.so.1")) {
            return "install NVIDIA's driver (Debian: apt-get install nvidia-driver; in a container, start it with "
                    + "--gpus all and the NVIDIA container toolkit)";
        }
        if (cuda.matches()) {
            String release = cuda.group(2).equals("13") ? "13-0" : cuda.group(2) + "-8";
            String name = cuda.group(1).equals("cudart") ? "cuda-cudart-" : "libcublas-";
            return "install CUDA " + cuda.group(2) + " (from NVIDIA's repository: apt-get install " + name + release
                    + ")";
        }
        if (missing.startsWith("libstdc++")) {
            return "install it (Debian, Ubuntu: apt-get install libstdc++6)";
        }
        return "install the package that has it";
    }
}
