package dev.llamero.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks one streamed question and measures its answer. Safe for many threads; the caller closes it. */
final class StreamClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WAIT = Duration.ofMinutes(10);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * One question, greedy, with a fixed number of tokens where the server can ignore the end token.
     *
     * @throws IOException if the server refuses or breaks off; the message holds its answer
     */
    Sample ask(Target target, String question, int tokensMax) throws IOException, InterruptedException {
        byte[] body = JSON.writeValueAsBytes(body(target, question, tokensMax));
        String path = target.dialect() == Target.Dialect.OLLAMA ? "/api/chat" : "/v1/chat/completions";
        var request = HttpRequest.newBuilder(target.address().resolve(path))
                .timeout(ANSWER_WAIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            return measure(target, request);
        } catch (IOException e) {
            // A server may close a kept connection just as the question is sent; then nothing was measured yet.
            if (!String.valueOf(e.getMessage()).contains("received no bytes")) {
                throw e;
            }
            return measure(target, request);
        }
    }

    private Sample measure(Target target, HttpRequest request) throws IOException, InterruptedException {
        long started = System.nanoTime();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8), 1 << 16)) {
            if (response.statusCode() != 200) {
                throw new IOException(target.name() + " answered " + response.statusCode() + ": " + lines.readLine());
            }
            return read(target, lines, started);
        }
    }

    private static ObjectNode body(Target target, String question, int tokensMax) {
        ObjectNode body = JSON.createObjectNode();
        body.put("model", target.model()).put("stream", true);
        body.putArray("messages").addObject().put("role", "user").put("content", question);
        if (target.dialect() == Target.Dialect.OLLAMA) {
            body.put("think", false);
            body.putObject("options").put("temperature", 0).put("num_predict", tokensMax);
            return body;
        }
        body.put("temperature", 0).put("max_tokens", tokensMax);
        body.putObject("stream_options").put("include_usage", true);
        if (target.dialect() == Target.Dialect.LLAMA_SERVER) {
            body.put("cache_prompt", true);
            body.putObject("chat_template_kwargs").put("enable_thinking", false);
        }
        return body;
    }

    private static Sample read(Target target, BufferedReader lines, long started) throws IOException {
        long first = 0;
        long last = 0;
        int promptTokens = 0;
        int outputTokens = 0;
        var text = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String data = line.startsWith("data: ") ? line.substring(6) : line;
            if (data.isBlank() || data.equals("[DONE]")) {
                continue;
            }
            JsonNode chunk = JSON.readTree(data);
            if (chunk.has("error")) {
                throw new IOException(target.name() + " broke off: " + chunk.get("error"));
            }
            String piece = piece(target, chunk);
            if (!piece.isEmpty()) {
                last = System.nanoTime();
                first = first == 0 ? last : first;
                text.append(piece);
            }
            JsonNode usage = chunk.path("usage");
            promptTokens = chunk.path("prompt_eval_count")
                    .asInt(usage.path("prompt_tokens").asInt(promptTokens));
            outputTokens = chunk.path("eval_count")
                    .asInt(usage.path("completion_tokens").asInt(outputTokens));
        }
        if (first == 0) {
            throw new IOException(target.name() + " gave no text");
        }
        return new Sample(first - started, last - started, promptTokens, outputTokens, text.toString());
    }

    private static String piece(Target target, JsonNode chunk) {
        if (target.dialect() == Target.Dialect.OLLAMA) {
            JsonNode message = chunk.path("message");
            return message.path("thinking").asText("") + message.path("content").asText("");
        }
        JsonNode delta = chunk.path("choices").path(0).path("delta");
        return delta.path("reasoning").asText("")
                + delta.path("reasoning_content").asText("")
                + delta.path("content").asText("");
    }

    @Override
    public void close() {
        http.close();
    }
}
