package dev.llamero.inference.llama;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.llama.NativeSettings.Variant;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of one build of llama.cpp on disk. Finding them loads nothing.
 *
 * @param directory the folder they lie in
 * @param cuda whether it is a build that can use CUDA
 * @param base tensors and logging; everything else needs it
 * @param ggml registry of back ends
 * @param llama models and contexts
 * @param cpuBackends one library per family of processors; the best one is chosen when they are loaded
 * @param cudaBackends libraries for NVIDIA GPUs, in the order to try them
 */
record NativeLibraries(
        Path directory,
        boolean cuda,
        Path base,
        Path ggml,
        Path llama,
        List<Path> cpuBackends,
        List<Path> cudaBackends) {
    /** The one version that the layouts in this package are written for. */
    static final String VERSION = "0.5.0";

    private static final String PACKAGE_SCOPE = "node_modules/@node-llama-cpp";
    private static final String BUILD_ONCE =
            "build once with `mvn -q -pl inference -am package` (needs npm and the network)";

    /** Finds the libraries for this machine, or says in one sentence what is missing and what to do. */
    static NativeLibraries find(NativeSettings settings) {
        if (settings.directory().isPresent()) {
            Path directory = settings.directory().get();
            String remedy = "correct or unset " + NativeSettings.DIRECTORY_VARIABLE;
            return inDirectory(directory, directory.resolve("fallback"), remedy);
        }
        Path folder = settings.folder()
                .or(NativeLibraries::besideProgram)
                .orElseThrow(() -> missing(
                        "no folder inference/natives beside the program or its working directory",
                        BUILD_ONCE + ", or set " + NativeSettings.DIRECTORY_VARIABLE));
        return inFolder(
                folder, settings.variant(), platform(System.getProperty("os.name"), System.getProperty("os.arch")));
    }

    /** The platform's name in the packages. */
    static String platform(String osName, String osArch) {
        String arch = switch (osArch) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64", "arm64" -> "arm64";
            default -> "";
        };
        if (!osName.equals("Linux") || arch.isEmpty()) {
            throw missing(
                    "there is no package for " + osName + " on " + osArch,
                    "set " + NativeSettings.DIRECTORY_VARIABLE + " to a folder with your own build of llama.cpp v"
                            + VERSION);
        }
        return "linux-" + arch;
    }

    /** The libraries that {@code natives/fetch} brought for a platform. */
    static NativeLibraries inFolder(Path folder, Variant variant, String platform) {
        String cudaPlatform = platform + "-cuda";
        Path cudaScope = folder.resolve(cudaPlatform).resolve(PACKAGE_SCOPE);
        Path cuda = cudaScope.resolve(cudaPlatform).resolve("bins").resolve(cudaPlatform);
        if (variant == Variant.CUDA || (variant == Variant.AUTO && Files.isDirectory(cuda))) {
            Path fallback =
                    cudaScope.resolve(cudaPlatform + "-ext").resolve("bins").resolve(cudaPlatform + "/fallback");
            return inDirectory(cuda, fallback, "build once with `mvn -q -Pcuda -pl inference -am package`");
        }
        Path cpu = folder.resolve(platform)
                .resolve(PACKAGE_SCOPE)
                .resolve(platform)
                .resolve("bins")
                .resolve(platform);
        return inDirectory(cpu, cpu.resolve("fallback"), BUILD_ONCE);
    }

    private static NativeLibraries inDirectory(Path given, Path cudaFallback, String remedy) {
        if (!Files.isDirectory(given)) {
            throw missing("there is no folder " + given, remedy);
        }
        // The same folder may be named in two ways within one process.
        Path directory = given.toAbsolutePath().normalize();
        String prefix = Files.exists(directory.resolve("libllama.cuda.v" + VERSION + ".so")) ? ".cuda" : "";
        Path llama = file(directory, "libllama", prefix, remedy);
        Path ggml = file(directory, "libggml", prefix, remedy);
        Path base = directory.resolve("libggml-base.so");
        if (!Files.exists(base)) {
            throw missing("there is no " + base, remedy);
        }
        List<Path> cpu = list(directory, "libggml-cpu", ".so");
        if (cpu.isEmpty()) {
            throw missing("there is no libggml-cpu-*.so in " + directory, remedy);
        }
        List<Path> cuda = new ArrayList<>(list(directory, "libggml-cuda", ".so"));
        if (!cuda.isEmpty()) {
            cuda.addAll(list(cudaFallback, "libggml-cuda", ".so"));
        }
        return new NativeLibraries(directory, !cuda.isEmpty(), base, ggml, llama, cpu, List.copyOf(cuda));
    }

    /** A library under its versioned name, or under its plain name as a build from source has it. */
    private static Path file(Path directory, String stem, String variant, String remedy) {
        Path versioned = directory.resolve(stem + variant + ".v" + VERSION + ".so");
        Path plain = directory.resolve(stem + ".so");
        if (Files.exists(versioned)) {
            return versioned;
        }
        if (Files.exists(plain)) {
            return plain;
        }
        List<Path> others = list(directory, stem + ".", ".so");
        throw others.isEmpty()
                ? missing("there is no " + versioned.getFileName() + " in " + directory, remedy)
                : new EngineException.Unloadable(
                        others.getFirst() + " is not llama.cpp v" + VERSION + ", which Llamero needs; " + remedy, null);
    }

    private static List<Path> list(Path directory, String prefix, String suffix) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(prefix) && name.endsWith(suffix);
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new EngineException.Unloadable("cannot list " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The folder natives of the checkout that the program was started from, or that it works in. */
    private static Optional<Path> besideProgram() {
        return Stream.of(Optional.of(Path.of("").toAbsolutePath()), programLocation())
                .flatMap(Optional::stream)
                .flatMap(start -> Stream.iterate(start, path -> path != null, Path::getParent))
                .flatMap(path -> Stream.of(path.resolve("natives"), path.resolve("inference/natives")))
                .filter(path -> Files.exists(path.resolve("fetch")))
                .findFirst();
    }

    private static Optional<Path> programLocation() {
        CodeSource source = NativeLibraries.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IllegalStateException("the program's own location is not a file: " + source.getLocation(), e);
        }
    }

    private static EngineException.Unloadable missing(String what, String remedy) {
        return new EngineException.Unloadable("llama.cpp v" + VERSION + " is missing: " + what + "; " + remedy, null);
    }
}
