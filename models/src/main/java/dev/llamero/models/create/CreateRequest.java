package dev.llamero.models.create;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a new model is made of. Immutable.
 *
 * @param name of the new model
 * @param from a model to start from
 * @param files relative names of GGUF files, with the digests of their blobs; empty if the request has none
 * @param adapters the same for a LoRA adapter
 * @param template Go template; "" to keep the base's
 * @param system message; "" to keep the base's
 * @param licenses added to the base's
 * @param parameters put over the base's
 * @param messages in place of the base's, unless there are none; objects as the API has them
 * @param quantize type of the weights, in any case; "" to leave them
 * @param renderer name of a built-in prompt renderer; "" for the base's
 * @param parser name of a built-in answer parser; "" for the base's
 * @param requires oldest version that can run it; "" for the base's
 * @param info values that override those of the config
 */
public record CreateRequest(
        ModelName name,
        Optional<ModelName> from,
        Optional<Map<String, String>> files,
        Optional<Map<String, String>> adapters,
        String template,
        String system,
        List<String> licenses,
        Map<String, Object> parameters,
        List<Map<String, Object>> messages,
        String quantize,
        String renderer,
        String parser,
        String requires,
        Map<String, Object> info) {
    /** A model of one GGUF file whose blob is in the store, as it is. */
    public static CreateRequest ofFile(ModelName name, String file, Digest weights) {
        return new CreateRequest(
                name,
                Optional.empty(),
                Optional.of(Map.of(file, weights.toString())),
                Optional.empty(),
                "",
                "",
                List.of(),
                Map.of(),
                List.of(),
                "",
                "",
                "",
                "",
                Map.of());
    }
}
