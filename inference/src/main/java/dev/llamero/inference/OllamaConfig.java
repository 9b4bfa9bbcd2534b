package dev.llamero.inference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What an existing {@code ~/.ollama/config.json} says in its {@code options}; other keys are another program's
 * business.
 */
record OllamaConfig(Optional<Integer> contextTokens, Optional<Integer> gpuLayers) {
    private static final System.Logger LOG = System.getLogger(OllamaConfig.class.getName());

    /** A file that is not there or not JSON says nothing; the latter is told in the log. */
    static OllamaConfig read(Path file) {
        if (!Files.isRegularFile(file)) {
            return new OllamaConfig(Optional.empty(), Optional.empty());
        }
        try {
            JsonNode options = JsonMapper.builder()
                    .build()
                    .readTree(Files.readAllBytes(file))
                    .path("options");
            return new OllamaConfig(whole(options, "num_ctx", file), whole(options, "num_gpu", file));
        } catch (JsonProcessingException e) {
            LOG.log(System.Logger.Level.WARNING, "did not read " + file + ": " + e.getOriginalMessage());
            return new OllamaConfig(Optional.empty(), Optional.empty());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "did not read " + file + ": " + e.getMessage());
            return new OllamaConfig(Optional.empty(), Optional.empty());
        }
    }

    private static Optional<Integer> whole(JsonNode options, String key, Path file) {
        JsonNode value = options.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.canConvertToInt() || !value.isNumber()) {
            LOG.log(System.Logger.Level.WARNING, "passed over " + key + " in " + file + ": it is no whole number");
            return Optional.empty();
        }
        LOG.log(System.Logger.Level.INFO, key + " " + value.asInt() + " is taken from " + file);
        return Optional.of(value.asInt());
    }
}
