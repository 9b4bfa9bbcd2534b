package dev.llamero.inference.llama;

import dev.llamero.inference.engine.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Whether llama.cpp can be used here, found out by loading it. For {@code llamero doctor}.
 *
 * @param found what was loaded, in words; empty if nothing could be
 * @param failure why nothing could be loaded, with the remedy; empty if it could
 * @param cuda whether the build that was found can use NVIDIA GPUs
 * @param gpu whether a GPU can be used
 * @param lacking what the CUDA libraries need and this machine lacks, one sentence each with its remedy
 */
public record LlamaRuntimeCheck(String found, String failure, boolean cuda, boolean gpu, List<String> lacking) {
    private static final Pattern ABSENT = Pattern.compile("(?m)^\\s*(\\S+) => not found");

    /**
     * Loads the library. Call it on a platform thread.
     *
     * @param ldd gives what {@code ldd FILE} prints; empty where there is no ldd
     */
    public static LlamaRuntimeCheck of(NativeSettings settings, Function<Path, String> ldd) {
        NativeLibraries files;
        try {
            files = NativeLibraries.find(settings);
        } catch (EngineException e) {
            return new LlamaRuntimeCheck("", e.getMessage(), false, false, List.of());
        }
        try {
            LlamaRuntime runtime = LlamaRuntime.load(settings);
            // Where a GPU works, its libraries were found in places that ldd does not look at.
            List<String> lacking = runtime.hasGpu() ? List.of() : lacking(files.cudaBackends(), ldd);
            return new LlamaRuntimeCheck(runtime.description(), "", files.cuda(), runtime.hasGpu(), lacking);
        } catch (EngineException e) {
            return new LlamaRuntimeCheck("", e.getMessage(), files.cuda(), false, lacking(files.cudaBackends(), ldd));
        }
    }

    /** What ldd says of these libraries, in sentences. Libraries of the same folder are found when it matters. */
    static List<String> lacking(List<Path> libraries, Function<Path, String> ldd) {
        List<String> sentences = new ArrayList<>();
        for (Path library : libraries) {
            ABSENT.matcher(ldd.apply(library))
                    .results()
                    .map(match -> match.group(1))
                    .filter(name -> !name.startsWith("libggml"))
                    .map(name -> MissingLibrary.explain(
                            library, name + ": cannot open shared object file: No such file or directory"))
                    .filter(sentence -> !sentences.contains(sentence))
                    .forEach(sentences::add);
        }
        return List.copyOf(sentences);
    }
}
