package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Anthropic's messages, whose content is text or blocks. Results of tools become messages of their own, before the
 * user's text of the same turn. Signatures of thinking are not checked: nothing here can have signed it otherwise than
 * with an empty one. Unknown blocks, and thinking that was redacted, are skipped.
 */
final class ContentBlocks {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ArrayNode given;
    private final Map<String, String> toolNames = new HashMap<>();

    ContentBlocks(ArrayNode given) {
        this.given = given;
    }

    void addTo(ArrayNode messages) {
        for (int i = 0; i < given.size(); i++) {
            Fields message = Fields.of(given.get(i), "messages[" + i + "]");
            String role = message.requiredText("role").toLowerCase(Locale.ROOT);
            JsonNode content = message.any("content")
                    .orElseThrow(() -> message.missing("content", "a string or a list of blocks"));
            if (content.isTextual()) {
                if (!content.textValue().isEmpty()) {
                    messages.addObject().put("role", role).set("content", content);
                }
            } else if (content.isArray()) {
                new Turn(role).read((ArrayNode) content, message.at("content")).addTo(messages);
            } else {
                throw message.wrongType("content", "a string or a list of blocks", content);
            }
        }
    }

    /** One message with its blocks. */
    private final class Turn {
        private final String role;
        private final StringBuilder text = new StringBuilder();
        private final ArrayNode images = NODES.arrayNode();
        private final ArrayNode calls = NODES.arrayNode();
        private final ArrayNode results = NODES.arrayNode();
        private String thinking = "";

        Turn(String role) {
            this.role = role;
        }

        Turn read(ArrayNode blocks, String path) {
            for (int i = 0; i < blocks.size(); i++) {
                Fields block = Fields.of(blocks.get(i), path + "[" + i + "]");
                switch (block.requiredText("type")) {
                    case "text" -> block.text("text").ifPresent(text::append);
                    case "image" -> images.add(image(block));
                    case "tool_use", "server_tool_use" -> call(block);
                    case "tool_result" -> result(block);
                    case "thinking" -> thinking = block.text("thinking").orElse("");
                    default -> {}
                }
            }
            return this;
        }

        private void call(Fields block) {
            String id = required(block, "id");
            String name = required(block, "name");
            toolNames.put(id, name);
            JsonNode input = block.nested("input").map(Fields::object).orElseGet(NODES::objectNode);
            ObjectNode call = calls.addObject().put("id", id);
            call.putObject("function")
                    .put("index", calls.size() - 1)
                    .put("name", name)
                    .set("arguments", input);
        }

        private static String required(Fields block, String field) {
            return block.text(field)
                    .filter(value -> !value.isEmpty())
                    .orElseThrow(
                            () -> badField(block.at(field), "tool_use block missing required '" + field + "' field"));
        }

        private void result(Fields block) {
            ObjectNode result = results.addObject().put("role", "tool");
            JsonNode content = block.any("content").orElse(NODES.textNode(""));
            if (content.isTextual()) {
                result.set("content", content);
            } else if (content.isArray()) {
                parts((ArrayNode) content, block.at("content"), result);
            } else {
                throw block.wrongType("content", "a string or a list of blocks", content);
            }
            block.text("tool_use_id").filter(id -> !id.isEmpty()).ifPresent(id -> {
                if (toolNames.containsKey(id)) {
                    result.put("tool_name", toolNames.get(id));
                }
                result.put("tool_call_id", id);
            });
        }

        private static void parts(ArrayNode parts, String path, ObjectNode result) {
            var text = new StringBuilder();
            ArrayNode images = NODES.arrayNode();
            for (int i = 0; i < parts.size(); i++) {
                Fields part = Fields.of(parts.get(i), path + "[" + i + "]");
                switch (part.text("type").orElse("")) {
                    case "text" -> part.text("text").ifPresent(text::append);
                    case "image" -> images.add(image(part));
                    default -> {}
                }
            }
            result.put("content", text.toString());
            if (!images.isEmpty()) {
                result.set("images", images);
            }
        }

        private static String image(Fields block) {
            Fields source =
                    block.nested("source").orElseThrow(() -> badField(block.at("source"), "invalid image source"));
            String type = source.text("type").orElse("");
            if (!type.equals("base64")) {
                throw badField(
                        source.at("type"),
                        "invalid image source type: " + type + ". Only base64 images are supported.");
            }
            String data = source.text("data").orElse("");
            if (!Images.isBase64(data)) {
                throw badField(source.at("data"), "invalid base64 image data");
            }
            return data;
        }

        void addTo(ArrayNode messages) {
            boolean resultsFirst = role.equals("user");
            if (resultsFirst) {
                messages.addAll(results);
            }
            if (!text.isEmpty() || !images.isEmpty() || !calls.isEmpty() || !thinking.isEmpty()) {
                ObjectNode message = messages.addObject().put("role", role).put("content", text.toString());
                if (!images.isEmpty()) {
                    message.set("images", images);
                }
                if (!thinking.isEmpty()) {
                    message.put("thinking", thinking);
                }
                if (!calls.isEmpty()) {
                    message.set("tool_calls", calls);
                }
            }
            if (!resultsFirst) {
                messages.addAll(results);
            }
        }
    }
}
