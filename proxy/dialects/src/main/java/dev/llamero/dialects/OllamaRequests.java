package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Calls as Ollama's requests: the neutral body, with only those tools that the model may see. */
final class OllamaRequests {
    private OllamaRequests() {}

    /** Refuses what no field of Ollama's can express. */
    static void check(ModelCall call) {
        if (call.toolChoice() instanceof ToolChoice.Required && call.body().has("tools")) {
            throw badField(
                    "tool_choice",
                    "this model's server cannot be made to call a tool; use \"auto\", \"none\" or name one function,"
                            + " which is then the only one offered");
        }
    }

    static byte[] body(ModelCall call) {
        return Json.bytes(json -> json.writeTree(tree(call)));
    }

    static ObjectNode tree(ModelCall call) {
        return call.toolChoice() instanceof ToolChoice.Auto ? call.body() : withOfferedTools(call);
    }

    private static ObjectNode withOfferedTools(ModelCall call) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.setAll(call.body());
        ArrayNode offered = JsonNodeFactory.instance.arrayNode();
        for (JsonNode tool : call.body().path("tools")) {
            if (call.toolChoice().offers(tool.path("function").path("name").asText())) {
                offered.add(tool);
            }
        }
        if (offered.isEmpty()) {
            body.remove("tools");
        } else {
            body.set("tools", offered);
        }
        return body;
    }
}
