package dev.llamero.inference.cli;

import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.GoJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a model is to be run: flags of {@code run}, changed in a chat by {@code /set}. Used by one thread. */
final class RunSettings {
    private static final List<String> LEVELS = List.of("low", "medium", "high", "max");

    String model;
    String keepAlive;
    /** {@code json} or a schema; null without. */
    Object format;
    /** True, false or a level; null lets the server decide. */
    Object think;
    /** Instead of the model's own; null keeps that. */
    String system;
    /** Messages that the model begins with; the server knows them. */
    List<Map<String, Object>> loadedMessages = List.of();
    /** Whether the model takes pictures or sound, so that paths of such files in a message stand for them. */
    boolean takesFiles;

    final Map<String, Object> options = new LinkedHashMap<>();
    boolean verbose;
    boolean hideThinking;
    boolean wordWrap = true;

    RunSettings(String model) {
        this.model = model;
    }

    /**
     * Takes over what the server tells of the model.
     *
     * @param shown the reply of {@code /api/show}
     */
    void model(String name, Reply shown) {
        model = name;
        loadedMessages = shown.objects("messages").stream().map(Reply::fields).toList();
        List<String> capabilities = shown.texts("capabilities");
        takesFiles = capabilities.contains("vision") || capabilities.contains("audio");
    }

    /** What every kind of request carries. */
    Map<String, Object> request() {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", model);
        put(request, "keep_alive", keepAlive);
        put(request, "format", format);
        put(request, "think", think);
        if (!options.isEmpty()) {
            request.put("options", options);
        }
        return request;
    }

    private static void put(Map<String, Object> request, String key, Object value) {
        if (value != null) {
            request.put(key, value);
        }
    }

    /** @throws UsageException unless it is true, false or a level */
    static Object parseThink(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (!LEVELS.contains(text)) {
            throw new UsageException(
                    "invalid value for --think: \"" + text + "\" (must be true, false, high, medium, low, or max)");
        }
        return text;
    }

    /** @throws UsageException unless it is {@code json} or a JSON schema */
    static Object parseFormat(String text) {
        if (text.equals("json")) {
            return text;
        }
        try {
            Object schema = GoJson.parse(text.getBytes(StandardCharsets.UTF_8)).plain();
            if (schema instanceof Map) {
                return schema;
            }
        } catch (BadJsonException e) {
            throw new UsageException("--format must be json or a JSON schema: " + e.getMessage());
        }
        throw new UsageException("--format must be json or a JSON schema, not \"" + text + "\"");
    }
}
