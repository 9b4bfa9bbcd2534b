package dev.llamero.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.benchmarks.servers.ServerKind;
import dev.llamero.benchmarks.servers.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A chat to be continued, greedy and streamed, in the words of each kind of server.
 *
 * @param messages in turns, the user's first
 * @param tokensMax of the answer
 */
record Question(List<String> messages, int tokensMax) {
    private static final ObjectMapper JSON = new ObjectMapper();

    Question(String message, int tokensMax) {
        this(List.of(message), tokensMax);
    }

    static String path(Target target) {
        return target.kind() == ServerKind.OLLAMA ? "/api/chat" : "/v1/chat/completions";
    }

    byte[] body(Target target) {
        ObjectNode body = JSON.createObjectNode();
        body.put("model", target.model()).put("stream", true);
        ArrayNode list = body.putArray("messages");
        for (int i = 0; i < messages.size(); i++) {
            list.addObject().put("role", i % 2 == 0 ? "user" : "assistant").put("content", messages.get(i));
        }
        switch (target.kind()) {
            case OLLAMA -> {
                body.put("think", false);
                body.putObject("options").put("temperature", 0).put("num_predict", tokensMax);
            }
            case LLAMA_SERVER -> {
                openAi(body);
                body.put("cache_prompt", true);
                body.putObject("chat_template_kwargs").put("enable_thinking", false);
            }
            case OPENAI -> openAi(body);
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void openAi(ObjectNode body) {
        body.put("temperature", 0).put("max_tokens", tokensMax);
        body.putObject("stream_options").put("include_usage", true);
    }

    /** The thinking in a chunk, or "". */
    static String thinking(Target target, JsonNode chunk) {
        if (target.kind() == ServerKind.OLLAMA) {
            return chunk.path("message").path("thinking").asText("");
        }
        JsonNode delta = chunk.path("choices").path(0).path("delta");
        return delta.path("reasoning").asText("")
                + delta.path("reasoning_content").asText("");
    }

    /** The answer's text in a chunk, or "". */
    static String content(Target target, JsonNode chunk) {
        JsonNode holder = target.kind() == ServerKind.OLLAMA
                ? chunk.path("message")
                : chunk.path("choices").path(0).path("delta");
        return holder.path("content").asText("");
    }
}
