package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The field {@code input} of a responses request as messages: items that make one turn are put together. */
final class ResponsesInput {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Fields request;
    private final Manner manner;
    private final List<ObjectNode> messages = new ArrayList<>();
    private final Map<String, String> functionNames = new HashMap<>();
    private String pendingThinking = "";

    ResponsesInput(Fields request, Manner manner) {
        this.request = request;
        this.manner = manner;
    }

    ArrayNode messages() {
        JsonNode input = request.any("input").orElse(NODES.textNode(""));
        if (input.isTextual()) {
            if (!input.textValue().isEmpty()) {
                add("user").set("content", input);
            }
        } else if (input.isArray()) {
            items((ArrayNode) input);
        } else {
            throw request.wrongType("input", "a string or a list of items", input);
        }
        if (messages.isEmpty() && manner == Manner.OFFICIAL) {
            throw request.missing("input", "a string or a list of items");
        }
        return NODES.arrayNode().addAll(messages);
    }

    private void items(ArrayNode items) {
        for (int i = 0; i < items.size(); i++) {
            Fields item = Fields.of(items.get(i), "input[" + i + "]");
            String type = item.text("type")
                    .filter(text -> !text.isEmpty())
                    .orElseGet(() ->
                            item.text("role").filter(role -> !role.isEmpty()).isPresent() ? "message" : "");
            switch (type) {
                case "message" -> message(item, i + 1 < items.size() ? items.get(i + 1) : NODES.missingNode());
                case "function_call" -> call(item);
                case "function_call_output" -> output(item);
                case "reasoning" -> pendingThinking = thinking(item);
                // Its result is in the assistant's text that follows.
                case "web_search_call" -> {}
                case "" -> throw badField(item.at("type"), item.path() + ": input item missing required 'type' field");
                default -> throw badField(item.at("type"), item.path() + ": unknown input item type: \"" + type + "\"");
            }
        }
        if (!pendingThinking.isEmpty()) {
            add("assistant").put("content", "").put("thinking", pendingThinking);
        }
    }

    private void message(Fields item, JsonNode next) {
        String role = item.requiredText("role");
        ObjectNode message = NODES.objectNode();
        message.put("role", role.equals("developer") ? "system" : role);
        content(item, "content", message);
        if (!role.equals("assistant")) {
            messages.add(message);
            return;
        }
        if (!pendingThinking.isEmpty()) {
            message.put("thinking", pendingThinking);
            pendingThinking = "";
        }
        if (!answersLastCall(next)) {
            messages.add(message);
            return;
        }
        // A text between a call and its output belongs to the turn of the call.
        ObjectNode last = messages.getLast();
        String before = last.path("content").asText("");
        String text = message.path("content").asText("");
        last.put("content", before + (before.isEmpty() || text.isEmpty() ? "" : "\n") + text);
        if (message.has("thinking")) {
            last.set("thinking", message.get("thinking"));
        }
    }

    /** Whether the next item is the output of a call in the last message. */
    private boolean answersLastCall(JsonNode next) {
        if (!next.path("type").asText("").equals("function_call_output") || messages.isEmpty()) {
            return false;
        }
        for (JsonNode call : messages.getLast().path("tool_calls")) {
            if (call.path("id").asText("").equals(next.path("call_id").asText())) {
                return true;
            }
        }
        return false;
    }

    private void call(Fields item) {
        String name = item.requiredText("name");
        String id = item.text("call_id").orElse("");
        functionNames.put(id, name);
        ObjectNode call = NODES.objectNode();
        call.put("id", id);
        JsonNode arguments = Arguments.read(item);
        boolean sameTurn =
                !messages.isEmpty() && messages.getLast().path("role").asText().equals("assistant");
        ObjectNode message = sameTurn ? messages.getLast() : add("assistant").put("content", "");
        if (!pendingThinking.isEmpty()) {
            message.put("thinking", pendingThinking);
            pendingThinking = "";
        }
        ArrayNode calls =
                message.path("tool_calls") instanceof ArrayNode known ? known : message.putArray("tool_calls");
        call.putObject("function").put("index", calls.size()).put("name", name).set("arguments", arguments);
        calls.add(call);
    }

    private void output(Fields item) {
        String id = item.text("call_id").orElse("");
        ObjectNode message = add("tool");
        content(item, "output", message);
        if (functionNames.containsKey(id)) {
            message.put("tool_name", functionNames.get(id));
        }
        if (!id.isEmpty()) {
            message.put("tool_call_id", id);
        }
    }

    /** What an earlier answer wrote into {@code encrypted_content} is plain text here; else the summary counts. */
    private static String thinking(Fields item) {
        String text = item.text("encrypted_content").orElse("");
        if (!text.isEmpty()) {
            return text;
        }
        ArrayNode summary = item.list("summary").orElseGet(NODES::arrayNode);
        var joined = new StringBuilder();
        for (int i = 0; i < summary.size(); i++) {
            Fields.of(summary.get(i), item.at("summary[" + i + "]"))
                    .text("text")
                    .ifPresent(joined::append);
        }
        return joined.toString();
    }

    private void content(Fields item, String name, ObjectNode message) {
        JsonNode content = item.any(name).orElse(NODES.textNode(""));
        if (content.isTextual()) {
            message.set("content", content);
            return;
        }
        if (!content.isArray()) {
            throw item.wrongType(name, "a string or a list of parts", content);
        }
        var text = new StringBuilder();
        ArrayNode images = NODES.arrayNode();
        for (int i = 0; i < content.size(); i++) {
            part(Fields.of(content.get(i), item.at(name + "[" + i + "]")), text, images);
        }
        message.put("content", text.toString());
        if (!images.isEmpty()) {
            message.set("images", images);
        }
    }

    private static void part(Fields part, StringBuilder text, ArrayNode images) {
        String type = part.text("type").orElse("");
        switch (type) {
            case "input_text", "output_text", "text" -> part.text("text").ifPresent(text::append);
            case "refusal" -> part.text("refusal").ifPresent(text::append);
            case "input_image" -> {
                String field = part.at("image_url");
                String url =
                        part.text("image_url").filter(given -> !given.isEmpty()).orElse(null);
                if (url != null) {
                    images.add(Images.ofUrl(url, field));
                } else if (part.any("file_id").isPresent()) {
                    throw badField(part.at("file_id"), "file inputs are not currently supported");
                }
            }
            case "input_file" -> throw badField(part.path(), "file inputs are not currently supported");
            default -> throw badField(part.at("type"), part.path() + ": unknown content type: " + type);
        }
    }

    private ObjectNode add(String role) {
        ObjectNode message = NODES.objectNode().put("role", role);
        messages.add(message);
        return message;
    }
}
