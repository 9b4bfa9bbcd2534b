package dev.llamero.inference.jinja;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Renders recorded cases and tells which ones come out different from what Python's Jinja2 gave. */
final class TemplateCases {
    /** The time that the recordings froze for {@code strftime_now}. */
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    private static final ObjectMapper JSON = new ObjectMapper();

    private TemplateCases() {}

    static JsonNode read(byte[] json) throws java.io.IOException {
        return JSON.readTree(json);
    }

    static Map<String, Object> variables(JsonNode node) {
        return JSON.convertValue(node, new TypeReference<Map<String, Object>>() {});
    }

    /** The rendered text, or {@code Class: message} of the failure. */
    static String outcome(String template, Map<String, Object> variables) {
        try {
            return Template.parse(template).render(variables, CLOCK);
        } catch (TemplateException e) {
            return e.type() + ": " + e.getMessage();
        }
    }

    /** What differs, one text per case; empty where all is well. */
    static List<String> differences(JsonNode file) {
        List<String> differences = new ArrayList<>();
        for (JsonNode item : file.get("cases")) {
            JsonNode own = item.get("template");
            String template = (own == null ? file.get("template") : own).asText();
            JsonNode given = item.get("variables");
            Map<String, Object> variables = variables(given == null ? file.get("variables") : given);
            JsonNode text = item.get("expected") == null ? item.get("rendered") : item.get("expected");
            String wanted = (text == null ? item.get("raises") : text).asText();
            String got = outcome(template, variables);
            if (!got.equals(wanted)) {
                String name = own == null ? item.path("id").asText() : template;
                differences.add(name + "\n  wanted " + wanted + "\n  got    " + got);
            }
        }
        return differences;
    }
}
