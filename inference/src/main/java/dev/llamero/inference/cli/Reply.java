package dev.llamero.inference.cli;

import dev.llamero.inference.api.GoJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON object from the server; a field that is absent or of another kind reads as empty. Immutable. */
record Reply(Map<String, Object> fields) {
    /** @throws dev.llamero.inference.api.BadJsonException if the text is no JSON */
    static Reply parse(String json) {
        return of(GoJson.parse(json.getBytes(StandardCharsets.UTF_8)).plain());
    }

    private static Reply of(Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> fields.put((String) key, item));
        }
        return new Reply(fields);
    }

    String text(String key) {
        return fields.get(key) instanceof String text ? text : "";
    }

    long number(String key) {
        return fields.get(key) instanceof Number number ? number.longValue() : 0;
    }

    boolean truth(String key) {
        return Boolean.TRUE.equals(fields.get(key));
    }

    Reply object(String key) {
        return of(fields.get(key));
    }

    List<Reply> objects(String key) {
        return items(key).stream().map(Reply::of).toList();
    }

    List<String> texts(String key) {
        return items(key).stream().map(String::valueOf).toList();
    }

    private List<?> items(String key) {
        return fields.get(key) instanceof List<?> list ? list : List.of();
    }
}
