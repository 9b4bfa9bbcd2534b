package dev.llamero.inference.llama;

import dev.llamero.inference.engine.EngineException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Loads ggml's back ends: the CPU library that suits this processor best, and CUDA where it works.
 *
 * <p>What {@code ggml_backend_load_all_from_path} does in silence is done step by step here, so that the log says which
 * library was chosen and why another was not.
 */
final class Backends {
    private static final System.Logger LOGGER = System.getLogger(Backends.class.getName());

    /** Where CUDA's runtime lies on systems whose dynamic linker is not told about it. */
    private static final List<Path> CUDA_FOLDERS = List.of(
            Path.of("/usr/local/cuda/lib64"),
            Path.of("/usr/local/cuda-13/lib64"),
            Path.of("/usr/local/cuda-12/lib64"),
            Path.of("/usr/local/cuda/targets/x86_64-linux/lib"));

    /** A CUDA back end needs two libraries of the runtime, which need at most one more. */
    private static final int ATTEMPTS_MAX = 4;

    private final GgmlApi api;

    Backends(GgmlApi api) {
        this.api = api;
    }

    /** Loads them, and says in words what will compute. */
    String load(NativeLibraries files) {
        if (files.cuda()) {
            loadCuda(files.cudaBackends());
        }
        String processor = api.hasCpuBackend() ? "its own CPU back end" : loadCpu(files);
        String gpus = api.devices().stream()
                .filter(GgmlApi.Device::gpu)
                .map(device -> ", GPU " + device.description() + " with " + (device.totalBytes() >> 20) + " MiB")
                .collect(Collectors.joining());
        return processor + gpus;
    }

    private String loadCpu(NativeLibraries files) {
        Path best = null;
        int bestScore = 0;
        for (Path candidate : files.cpuBackends()) {
            int score = score(candidate);
            if (score > bestScore) {
                bestScore = score;
                best = candidate;
            }
        }
        if (best == null) {
            throw new EngineException.Unloadable(
                    "none of the " + files.cpuBackends().size() + " CPU libraries in " + files.directory()
                            + " runs on this processor",
                    null);
        }
        if (!api.loadBackend(best) || !api.hasCpuBackend()) {
            throw new EngineException.Unloadable(
                    best + " is not a back end of llama.cpp v" + NativeLibraries.VERSION, null);
        }
        return best.getFileName().toString();
    }

    private static int score(Path candidate) {
        try (DynamicLibrary library = DynamicLibrary.open(candidate)) {
            return GgmlApi.score(library);
        } catch (LlamaException e) {
            LOGGER.log(Level.DEBUG, () -> candidate.getFileName() + " is left out: " + e.getMessage());
            return 0;
        }
    }

    private void loadCuda(List<Path> candidates) {
        for (Path candidate : candidates) {
            Optional<String> failure = tryCuda(candidate);
            if (failure.isEmpty()) {
                return;
            }
            LOGGER.log(Level.WARNING, "no CUDA by " + candidate + ": " + failure.get());
        }
        LOGGER.log(Level.WARNING, "no CUDA library can be used, so models run on the CPU");
    }

    /** Why it cannot be used; empty if it is loaded. */
    private Optional<String> tryCuda(Path candidate) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try (DynamicLibrary probe = DynamicLibrary.open(candidate)) {
                if (!api.loadBackend(probe.path())) {
                    return Optional.of("the driver offers no device; check nvidia-smi");
                }
                boolean device = api.devices().stream().anyMatch(GgmlApi.Device::gpu);
                return device ? Optional.empty() : Optional.of("there is no GPU; check nvidia-smi");
            } catch (LlamaException e) {
                if (MissingLibrary.name(e.getMessage())
                        .filter(Backends::preload)
                        .isEmpty()) {
                    return Optional.of(MissingLibrary.explain(candidate, e.getMessage()));
                }
            }
        }
        return Optional.of("its libraries need more than " + ATTEMPTS_MAX + " others that are not there");
    }

    /** Opens a part of the CUDA runtime from one of its usual folders, so that the next attempt finds it. */
    private static boolean preload(String name) {
        Optional<Path> file = CUDA_FOLDERS.stream()
                .flatMap(folder -> Stream.of(folder.resolve(name)))
                .filter(Files::exists)
                .findFirst();
        if (file.isEmpty()) {
            return false;
        }
        try {
            DynamicLibrary.openGlobal(file.get());
            return true;
        } catch (LlamaException e) {
            LOGGER.log(Level.DEBUG, () -> file.get() + " cannot be opened: " + e.getMessage());
            return false;
        }
    }
}
