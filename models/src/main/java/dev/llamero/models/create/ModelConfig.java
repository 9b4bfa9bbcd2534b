package dev.llamero.models.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.GgufFile;
import dev.llamero.models.store.GoJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The config blob of a model in the making: what lists show, without the weights. Used by one thread. */
final class ModelConfig {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Names in a request and in the config, in the order in which a wrong one is told. */
    private static final List<Map.Entry<String, String>> INFO_TEXTS = List.of(
            Map.entry("base_name", "base_name"),
            Map.entry("quantization_level", "file_type"),
            Map.entry("parameter_size", "model_type"));

    private static final List<String> INFO_NUMBERS = List.of("context_length", "embedding_length");
    private static final double INFO_NUMBER_MAX = Long.MAX_VALUE;
    private static final List<String> INHERITED = List.of("renderer", "parser", "requires", "model_format");

    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private final List<String> families = new ArrayList<>();
    private final List<String> capabilities = new ArrayList<>();

    /** Sets a text, if it is not empty and there is none. */
    void suggest(String key, String value) {
        if (!value.isEmpty()) {
            texts.putIfAbsent(key, value);
        }
    }

    String text(String key) {
        return texts.getOrDefault(key, "");
    }

    /** Takes over what a model has from the one that it is made from. */
    void inherit(byte[] config) throws IOException {
        JsonNode base = JSON.readTree(config);
        INHERITED.forEach(key -> suggest(key, base.path(key).asText()));
        base.path("capabilities").forEach(capability -> capabilities.add(capability.asText()));
    }

    /** Takes the values that a request gives. */
    void override(Map<String, Object> info) throws CreateException {
        if (info.get("capabilities") instanceof List<?> list) {
            list.forEach(item -> capabilities.add(item instanceof String text ? text : ""));
        }
        String family = infoText(info, "model_family");
        if (!family.isEmpty()) {
            texts.put("model_family", family);
            families.add(family);
        }
        for (var entry : INFO_TEXTS) {
            String value = infoText(info, entry.getKey());
            if (!value.isEmpty()) {
                texts.put(entry.getValue(), value);
            }
        }
        for (String key : INFO_NUMBERS) {
            if (info.containsKey(key)) {
                numbers.put(key, infoNumber(info, key));
            }
        }
    }

    private static String infoText(Map<String, Object> info, String key) throws CreateException {
        Object value = info.getOrDefault(key, "");
        if (!(value instanceof String text)) {
            throw new CreateException(400, "info field \"" + key + "\" must be a string");
        }
        return text;
    }

    private static long infoNumber(Map<String, Object> info, String key) throws CreateException {
        if (!(info.get(key) instanceof Number number)) {
            throw new CreateException(400, "info field \"" + key + "\" must be a number");
        }
        double value = number.doubleValue();
        if (value < 0 || value != Math.rint(value) || value > INFO_NUMBER_MAX) {
            throw new CreateException(400, "info field \"" + key + "\" must be a non-negative integer");
        }
        return number.longValue();
    }

    /** Takes what the weights say, where nothing else does. */
    void describe(GgufFile weights) {
        suggest("model_format", "gguf");
        suggest("model_family", weights.architecture());
        suggest("model_type", weights.parameterSize());
        suggest("file_type", weights.quantizationLevel());
        families.add(weights.architecture());
    }

    /** The blob. */
    String json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model_format", text("model_format"));
        object.put("model_family", text("model_family"));
        object.put("model_families", families.isEmpty() ? null : families);
        object.put("model_type", text("model_type"));
        object.put("file_type", text("file_type"));
        for (String key : List.of("renderer", "parser", "requires")) {
            if (texts.containsKey(key)) {
                object.put(key, texts.get(key));
            }
        }
        if (!capabilities.isEmpty()) {
            object.put("capabilities", capabilities);
        }
        for (String key : List.of("context_length", "embedding_length")) {
            if (numbers.getOrDefault(key, 0L) > 0) {
                object.put(key, numbers.get(key));
            }
        }
        if (texts.containsKey("base_name")) {
            object.put("base_name", texts.get("base_name"));
        }
        object.put("architecture", "amd64");
        object.put("os", "linux");
        return GoJson.of(object) + "\n";
    }
}
