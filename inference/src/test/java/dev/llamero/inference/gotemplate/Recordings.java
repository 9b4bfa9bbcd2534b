package dev.llamero.inference.gotemplate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads templates and requests that were recorded, and runs them. */
final class Recordings {
    static final LocalDate TODAY = LocalDate.of(2026, 8, 12);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Recordings() {}

    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    static JsonNode read(Path file) throws IOException {
        return MAPPER.readTree(file.toFile());
    }

    /** What rendering gives, or the error's words. */
    static String outcome(OllamaTemplate template, OllamaTemplate.Input input) {
        try {
            return "rendered: " + template.render(input, TODAY);
        } catch (GoTemplateException e) {
            return "error: " + e.getMessage();
        }
    }

    /** What parsing says; "" if it has nothing to say. */
    static String complaint(String template) {
        try {
            OllamaTemplate.parse(template);
            return "";
        } catch (GoTemplateException e) {
            return e.getMessage();
        }
    }

    /** The input that Ollama makes of a chat request to a model without a system text. */
    static OllamaTemplate.Input chat(JsonNode request) {
        var messages = new ArrayList<OllamaTemplate.Message>();
        request.get("messages").forEach(message -> messages.add(message(message)));
        return input(request, messages, "", "");
    }

    /** The input that Ollama makes of a generate request. */
    static OllamaTemplate.Input generate(JsonNode request) {
        var messages = new ArrayList<OllamaTemplate.Message>();
        if (request.has("system")) {
            messages.add(text("system", request.get("system").asText()));
        }
        String prompt = request.path("prompt").asText();
        messages.add(text("user", prompt));
        String suffix = request.path("suffix").asText();
        return input(request, messages, suffix.isEmpty() ? "" : prompt, suffix);
    }

    private static OllamaTemplate.Input input(
            JsonNode request, List<OllamaTemplate.Message> messages, String prompt, String suffix) {
        JsonNode think = request.path("think");
        List<Map<String, Object>> tools =
                request.has("tools") ? MAPPER.convertValue(request.get("tools"), new TypeReference<>() {}) : null;
        return new OllamaTemplate.Input(
                messages,
                tools,
                prompt,
                suffix,
                think.asBoolean() || think.isTextual(),
                think.isTextual() ? think.asText() : "",
                !think.isMissingNode());
    }

    static OllamaTemplate.Message text(String role, String content) {
        return new OllamaTemplate.Message(role, content, "", List.of(), List.of(), "", "");
    }

    private static OllamaTemplate.Message message(JsonNode message) {
        var calls = new ArrayList<OllamaTemplate.Call>();
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            Map<String, Object> arguments = function.has("arguments")
                    ? MAPPER.convertValue(function.get("arguments"), new TypeReference<>() {})
                    : null;
            calls.add(new OllamaTemplate.Call(
                    call.path("id").asText(),
                    function.path("index").asInt(),
                    function.path("name").asText(),
                    arguments));
        }
        var images = new ArrayList<byte[]>();
        message.path("images").forEach(image -> images.add(Base64.getDecoder().decode(image.asText())));
        return new OllamaTemplate.Message(
                message.path("role").asText(),
                message.path("content").asText(),
                message.path("thinking").asText(),
                images,
                calls,
                message.path("tool_name").asText(),
                message.path("tool_call_id").asText());
    }
}
