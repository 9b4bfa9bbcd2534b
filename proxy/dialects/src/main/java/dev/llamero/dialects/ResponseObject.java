package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The response object and its output items (specification 18.6), in the order in which Ollama writes them. */
final class ResponseObject {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ResponsesRequest request;
    private final String token;
    private final long createdSeconds;

    /** @param token ids are made of it */
    ResponseObject(ResponsesRequest request, String token, long createdSeconds) {
        this.request = request;
        this.token = token;
        this.createdSeconds = createdSeconds;
    }

    boolean official() {
        return request.manner() == Manner.OFFICIAL;
    }

    /** The whole answer: thinking, text, calls. An answer of nothing has a message without text. */
    ObjectNode whole(TextCollector answer, AnswerChunk.End end) {
        ArrayNode output = NODES.arrayNode();
        String state = itemState(end);
        if (!answer.thinking().isEmpty()) {
            output.add(reasoning("rs_resp_" + token, answer.thinking()));
        }
        if (answer.calls().isEmpty() || !answer.content().isEmpty()) {
            output.add(message(id("msg", 0), answer.content(), answer.logprobs(), state));
        }
        for (TextCollector.Call call : answer.calls()) {
            output.add(call("fc_resp_" + token + "_" + call.index(), call, call.arguments(), "completed"));
        }
        return ended(output, end);
    }

    String id(String prefix, int number) {
        return prefix + "_" + token + (number == 0 ? "" : "_" + number);
    }

    /** Text that was cut is not complete; Ollama calls it so. */
    String itemState(AnswerChunk.End end) {
        return official() && end.cut() ? "incomplete" : "completed";
    }

    ObjectNode running() {
        return object("in_progress", NODES.arrayNode(), NODES.nullNode(), false);
    }

    ObjectNode ended(ArrayNode output, AnswerChunk.End end) {
        ObjectNode response = object(itemState(end), output, usage(end.usage()), true);
        if (official() && end.cut()) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        }
        return response;
    }

    ObjectNode failed(Failure failure) {
        ObjectNode response = object("failed", NODES.arrayNode(), NODES.nullNode(), false);
        response.putObject("error")
                .put("code", failure.code() == null ? "server_error" : failure.code())
                .put("message", failure.message());
        return response;
    }

    private ObjectNode object(String status, ArrayNode output, JsonNode usage, boolean completed) {
        ObjectNode echo = request.echo();
        ObjectNode response = NODES.objectNode();
        response.put("id", "resp_" + token);
        response.put("object", "response");
        response.put("created_at", createdSeconds);
        response.set("completed_at", completed ? NODES.numberNode(createdSeconds) : NODES.nullNode());
        response.put("status", status);
        response.putNull("incomplete_details");
        response.put("model", request.model());
        response.putNull("previous_response_id");
        response.set("instructions", echo.get("instructions"));
        response.set("output", output);
        response.putNull("error");
        for (String name :
                new String[] {"tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p"}) {
            response.set(name, echo.get(name));
        }
        response.put("presence_penalty", 0);
        response.put("frequency_penalty", 0);
        for (String name : new String[] {"top_logprobs", "temperature", "reasoning"}) {
            response.set(name, echo.get(name));
        }
        response.set("usage", usage);
        response.set("max_output_tokens", echo.get("max_output_tokens"));
        response.putNull("max_tool_calls");
        response.put("store", false);
        response.set("background", echo.get("background"));
        response.put("service_tier", "default");
        response.set("metadata", echo.get("metadata"));
        response.putNull("safety_identifier");
        response.putNull("prompt_cache_key");
        return response;
    }

    private static ObjectNode usage(AnswerChunk.Usage usage) {
        ObjectNode object = NODES.objectNode();
        object.put("input_tokens", usage.promptTokens());
        object.put("output_tokens", usage.completionTokens());
        object.put("total_tokens", usage.totalTokens());
        object.putObject("input_tokens_details")
                .put("cached_tokens", usage.cachedTokens().orElse(0L));
        object.putObject("output_tokens_details")
                .put("reasoning_tokens", usage.reasoningTokens().orElse(0L));
        return object;
    }

    /** As Ollama: what comes back as {@code encrypted_content} is the plain text. */
    ObjectNode reasoning(String id, String text) {
        ObjectNode item = NODES.objectNode().put("id", id).put("type", "reasoning");
        item.putArray("summary").addObject().put("type", "summary_text").put("text", text);
        return item.put("encrypted_content", text);
    }

    ObjectNode message(String id, String text, List<JsonNode> logprobs, String state) {
        ObjectNode item = NODES.objectNode()
                .put("id", id)
                .put("type", "message")
                .put("status", state)
                .put("role", "assistant");
        item.putArray("content").add(part(text, logprobs));
        return item;
    }

    ObjectNode part(String text, List<JsonNode> logprobs) {
        ObjectNode part = NODES.objectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.set("logprobs", logprobs(logprobs));
        return part;
    }

    static ArrayNode logprobs(List<JsonNode> entries) {
        ArrayNode list = NODES.arrayNode();
        for (JsonNode entry : entries) {
            ObjectNode copy = list.addObject();
            copy.setAll((ObjectNode) entry);
            if (!copy.has("top_logprobs")) {
                copy.putArray("top_logprobs");
            }
        }
        return list;
    }

    ObjectNode call(String id, TextCollector.Call call, String arguments, String state) {
        return NODES.objectNode()
                .put("id", id)
                .put("type", "function_call")
                .put("status", state)
                .put("call_id", call.id())
                .put("name", call.name())
                .put("arguments", arguments);
    }
}
