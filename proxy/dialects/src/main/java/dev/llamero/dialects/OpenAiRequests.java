package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Calls as requests of OpenAI's dialect, with the fields that llama-server, vLLM and TGI take besides. What the caller
 * wrote in that dialect goes out as it came in.
 */
final class OpenAiRequests {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Ollama's options under the names that the servers share; the rest has no equivalent and is left out. */
    private static final Map<String, String> OPTIONS = Map.ofEntries(
            Map.entry("temperature", "temperature"),
            Map.entry("top_p", "top_p"),
            Map.entry("top_k", "top_k"),
            Map.entry("min_p", "min_p"),
            Map.entry("typical_p", "typical_p"),
            Map.entry("repeat_penalty", "repeat_penalty"),
            Map.entry("frequency_penalty", "frequency_penalty"),
            Map.entry("presence_penalty", "presence_penalty"),
            Map.entry("seed", "seed"),
            Map.entry("stop", "stop"));

    private OpenAiRequests() {}

    static byte[] body(ModelCall call) {
        ObjectNode body = NODES.objectNode().put("model", call.model());
        switch (call.operation()) {
            case CHAT -> chat(call, body);
            case GENERATE -> generate(call, body);
            case EMBED -> embed(call, body);
        }
        return Json.bytes(json -> json.writeTree(body));
    }

    private static void chat(ModelCall call, ObjectNode body) {
        JsonNode neutral = call.body();
        ArrayNode messages = body.putArray("messages");
        neutral.path("messages").forEach(message -> messages.add(message(message)));
        streamed(body);
        options(neutral.path("options"), body);
        format(neutral.path("format"), body);
        tools(call, body);
        think(neutral.path("think"), body);
        for (String name : new String[] {"logprobs", "top_logprobs"}) {
            if (neutral.has(name)) {
                body.set(name, neutral.get(name));
            }
        }
        extras(call, body);
    }

    private static void generate(ModelCall call, ObjectNode body) {
        JsonNode neutral = call.body();
        body.set("prompt", neutral.path("prompt"));
        if (!neutral.path("suffix").asText("").isEmpty()) {
            body.set("suffix", neutral.get("suffix"));
        }
        streamed(body);
        options(neutral.path("options"), body);
        if (neutral.path("logprobs").asBoolean()) {
            body.put("logprobs", neutral.path("top_logprobs").asInt());
        }
        extras(call, body);
    }

    private static void embed(ModelCall call, ObjectNode body) {
        body.set("input", call.body().path("input"));
        if (call.body().has("dimensions")) {
            body.set("dimensions", call.body().get("dimensions"));
        }
        body.put("encoding_format", "float");
        extras(call, body);
    }

    private static void streamed(ObjectNode body) {
        body.put("stream", true).putObject("stream_options").put("include_usage", true);
    }

    private static void options(JsonNode options, ObjectNode body) {
        options.properties().forEach(option -> {
            if (OPTIONS.containsKey(option.getKey())) {
                body.set(OPTIONS.get(option.getKey()), option.getValue());
            }
        });
        // Ollama's -1 and -2 are "no limit", which is to say nothing.
        if (options.path("num_predict").asLong() > 0) {
            body.set("max_tokens", options.get("num_predict"));
        }
    }

    private static void format(JsonNode format, ObjectNode body) {
        if (format.isTextual()) {
            body.putObject("response_format").put("type", "json_object");
        } else if (format.isObject()) {
            body.putObject("response_format")
                    .put("type", "json_schema")
                    .putObject("json_schema")
                    .put("name", "answer")
                    .set("schema", format);
        }
    }

    private static void tools(ModelCall call, ObjectNode body) {
        JsonNode tools = call.body().path("tools");
        // Some servers show tools to the model also when the choice is "none", so they are withheld.
        if (tools.isEmpty() || call.toolChoice() instanceof ToolChoice.None) {
            return;
        }
        body.set("tools", tools);
        JsonNode choice = call.toolChoice().openAi();
        if (!choice.isMissingNode()) {
            body.set("tool_choice", choice);
        }
    }

    /** Levels are OpenAI's field; on and off are an argument of the chat template at llama-server and vLLM. */
    private static void think(JsonNode think, ObjectNode body) {
        if (think.isTextual()) {
            body.set("reasoning_effort", think);
        } else if (think.isBoolean()) {
            body.putObject("chat_template_kwargs").set("enable_thinking", think);
        }
    }

    private static void extras(ModelCall call, ObjectNode body) {
        call.openAiExtras().properties().forEach(extra -> {
            if (extra.getValue() instanceof ObjectNode given && body.get(extra.getKey()) instanceof ObjectNode ours) {
                ours.setAll(given);
            } else {
                body.set(extra.getKey(), extra.getValue());
            }
        });
    }

    private static ObjectNode message(JsonNode message) {
        ObjectNode translated = NODES.objectNode();
        translated.set("role", message.path("role"));
        JsonNode images = message.path("images");
        if (images.isEmpty()) {
            translated.put("content", message.path("content").asText(""));
        } else {
            parts(message, images, translated.putArray("content"));
        }
        if (!message.path("thinking").asText("").isEmpty()) {
            translated.set("reasoning_content", message.get("thinking"));
        }
        if (!message.path("tool_calls").isEmpty()) {
            calls(message.path("tool_calls"), translated.putArray("tool_calls"));
        }
        if (message.has("tool_call_id")) {
            translated.set("tool_call_id", message.get("tool_call_id"));
        }
        if (message.has("tool_name")) {
            translated.set("name", message.get("tool_name"));
        }
        return translated;
    }

    private static void parts(JsonNode message, JsonNode images, ArrayNode parts) {
        String text = message.path("content").asText("");
        if (!text.isEmpty()) {
            parts.addObject().put("type", "text").put("text", text);
        }
        for (JsonNode image : images) {
            String data = image.asText();
            parts.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put("url", "data:" + Images.mediaType(data) + ";base64," + data);
        }
    }

    private static void calls(JsonNode calls, ArrayNode translated) {
        for (int i = 0; i < calls.size(); i++) {
            JsonNode function = calls.get(i).path("function");
            JsonNode id = calls.get(i).path("id");
            ObjectNode call = translated.addObject();
            call.put("id", id.asText("").isEmpty() ? "call_" + i : id.asText());
            call.put("type", "function");
            call.putObject("function")
                    .put("name", function.path("name").asText())
                    .put("arguments", function.path("arguments").toString());
        }
    }
}
