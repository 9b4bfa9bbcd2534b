package dev.llamero.inference.kherud;

import java.nio.file.Path;

/**
 * What a model is opened with.
 *
 * @param model a GGUF file
 * @param contextTokens context of one conversation; the library gets this times {@code parallel}
 * @param parallel conversations at once
 * @param queueMax requests that may wait beyond the running ones
 * @param threads CPU threads of the library
 * @param gpuLayers layers on a GPU; the published library has no GPU code, so 0 but in own builds
 * @param vocabularySize number of token ids, from the file's header
 * @param architecture {@code general.architecture} of the file's header, for the error text
 */
public record KherudSettings(
        Path model,
        int contextTokens,
        int parallel,
        int queueMax,
        int threads,
        int gpuLayers,
        int vocabularySize,
        String architecture) {
    public KherudSettings {
        if (contextTokens < 4 || parallel < 1 || queueMax < 0 || threads < 1) {
            throw new IllegalArgumentException("contextTokens " + contextTokens + ", parallel " + parallel
                    + ", queueMax " + queueMax + " or threads " + threads + " is out of range");
        }
    }
}
