package dev.llamero.benchmarks.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the built-in model was trained for, asked at the outermost layer: chat, turns, thinking, tools, JSON and
 * Chinese, through gateway, proxy and inference. Greedy, with questions whose answers the model's own tests record.
 */
class BuiltInModelChainTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static RunningChain chain;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        chain = RunningChain.start(RunningChain.root().resolve("models/tiny-qwen3/tiny-qwen3.gguf"), folder);
    }

    @AfterAll
    static void stop() {
        if (chain != null) {
            chain.close();
        }
    }

    @Test
    void thinksBeforeItAnswersUnlessToldNotTo() throws IOException, InterruptedException {
        JsonNode thought = answer(question("Who are you?"));
        assertThat(thought.path("reasoning").asText()).isNotBlank();
        assertThat(thought.path("content").asText()).contains("tiny-qwen3").doesNotContain("<think>");
        ObjectNode plain = question("Who are you?");
        plain.put("reasoning_effort", "none");
        JsonNode direct = answer(plain);
        assertThat(direct.has("reasoning")).isFalse();
        assertThat(direct.path("content").asText())
                .isEqualTo(thought.path("content").asText());
    }

    @Test
    void remembersANameOverTurns() throws IOException, InterruptedException {
        ObjectNode body = question("My name is Anna");
        JsonNode first = answer(body);
        ArrayNode messages = (ArrayNode) body.get("messages");
        messages.addObject()
                .put("role", "assistant")
                .put("content", first.path("content").asText());
        messages.addObject().put("role", "user").put("content", "What is my name?");
        assertThat(answer(body).path("content").asText()).contains("Anna");
    }

    @Test
    void callsAToolAndUsesItsValue() throws IOException, InterruptedException {
        ObjectNode body = question("What is the time in Geneva?");
        body.put("reasoning_effort", "none");
        ObjectNode function = body.putArray("tools")
                .addObject()
                .put("type", "function")
                .putObject("function")
                .put("name", "get_current_time")
                .put("description", "Get the current time in a city");
        ObjectNode parameters = function.putObject("parameters").put("type", "object");
        parameters.putObject("properties").putObject("city").put("type", "string");
        parameters.putArray("required").add("city");
        JsonNode call = answer(body);
        JsonNode called = call.path("tool_calls").path(0).path("function");
        assertThat(called.path("name").asText()).isEqualTo("get_current_time");
        assertThat(JSON.readTree(called.path("arguments").asText()).path("city").asText())
                .isEqualTo("Geneva");
        ArrayNode messages = (ArrayNode) body.get("messages");
        messages.add(call);
        messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", call.path("tool_calls").path(0).path("id").asText())
                .put("content", "{\"time\":\"05:45\"}");
        assertThat(answer(body).path("content").asText()).contains("05:45");
    }

    @Test
    void writesJsonOnRequest() throws IOException, InterruptedException {
        ObjectNode body = question("Describe yourself as JSON");
        body.put("reasoning_effort", "none");
        body.putObject("response_format").put("type", "json_object");
        JsonNode written = JSON.readTree(answer(body).path("content").asText());
        assertThat(written.isObject()).isTrue();
        assertThat(written.path("name").asText()).isEqualTo("tiny-qwen3");
    }

    @Test
    void streamedChineseIsTheWholeAnswer() throws IOException, InterruptedException {
        ObjectNode body = question("你好,请用一句话介绍你自己");
        String whole = answer(body).path("content").asText();
        assertThat(whole).contains("tiny-qwen3").contains("模型");
        body.put("stream", true);
        var streamed = new StringBuilder();
        for (String line : post(body).split("\n")) {
            if (line.startsWith("data: {")) {
                streamed.append(JSON.readTree(line.substring(6))
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText(""));
            }
        }
        assertThat(streamed).hasToString(whole);
    }

    /** Goal: OpenAI's 1.0 comes between a page that sets nothing and its model nowhere on the way. */
    @Test
    void parametersOfTheModelHoldWhereThePageSetsNone() throws IOException, InterruptedException {
        ObjectNode create = JSON.createObjectNode().put("model", "calm").put("from", "tiny-qwen3");
        create.putObject("parameters").put("temperature", 0).put("num_predict", 60);
        assertThat(post(chain.inference() + "/api/create", create.put("stream", false)))
                .contains("success");
        try (var page = PageSocket.connect(chain.gateway())) {
            assertThat(answers(page, "calm", null))
                    .as("greedy, as the model's author wants it, whatever the seed")
                    .hasSize(1);
            assertThat(answers(page, "loud", 1.0))
                    .as("the question has more than one answer")
                    .hasSizeGreaterThan(1);
        }
    }

    /** @param temperature of the chat's settings; null leaves it to the model */
    private static Set<String> answers(PageSocket page, String key, Double temperature) throws InterruptedException {
        ObjectNode session = JSON.createObjectNode().put("sessionKey", key + "-0001");
        ObjectNode settings = JSON.createObjectNode()
                .put("model", "calm")
                .put("systemPrompt", "")
                .put("thinking", "off");
        settings.put("temperature", temperature);
        for (String name : List.of("topP", "topK", "seed", "contextTokens", "answerTokensMax")) {
            settings.putNull(name);
        }
        page.granted("sessions.configure", session.deepCopy().set("settings", settings));
        page.granted("chat.history", session);
        String turn = page.granted(
                        "chat.send",
                        session.deepCopy().put("message", "x y z").put("idempotencyKey", key + "-question-1"))
                .path("turnId")
                .asText();
        var texts = new HashSet<String>();
        for (int i = 2; i < 10; i++) {
            texts.add(written(page, turn));
            turn = page.granted(
                            "chat.retry",
                            JSON.createObjectNode().put("turnId", turn).put("idempotencyKey", key + "-question-" + i))
                    .path("turnId")
                    .asText();
        }
        texts.add(written(page, turn));
        return texts;
    }

    private static String written(PageSocket page, String turn) throws InterruptedException {
        JsonNode answer = page.awaitEnd(turn).message().at("/payload/answer");
        assertThat(answer.at("/turn/errorMessage").asText()).isEmpty();
        return answer.path("content").asText();
    }

    private static ObjectNode question(String text) {
        ObjectNode body = JSON.createObjectNode().put("model", "tiny-qwen3").put("temperature", 0);
        body.put("max_tokens", 200);
        body.putArray("messages").addObject().put("role", "user").put("content", text);
        return body;
    }

    private static JsonNode answer(ObjectNode body) throws IOException, InterruptedException {
        JsonNode reply = JSON.readTree(post(body));
        JsonNode choice = reply.path("choices").path(0);
        assertThat(choice.path("finish_reason").asText()).as(reply.toString()).isIn("stop", "tool_calls");
        return choice.path("message");
    }

    private static String post(ObjectNode body) throws IOException, InterruptedException {
        return post(chain.gateway() + "/v1/chat/completions", body);
    }

    private static String post(String address, ObjectNode body) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(ANSWER_WAIT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return response.body();
        }
    }
}
