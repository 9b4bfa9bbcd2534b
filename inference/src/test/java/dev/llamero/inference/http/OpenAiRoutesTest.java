package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's routes of the model server, on the wire. */
@Tag("server")
@Timeout(60)
class OpenAiRoutesTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    Path folder;

    private final ScriptedEngine engine = new ScriptedEngine(4_096);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        server = TestServer.scripted(engine, folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String body(String rest) {
        return "{\"model\":\"toy\",\"reasoning_effort\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                + rest + "}";
    }

    private static JsonNode event(String chunk) throws IOException {
        assertThat(chunk).startsWith("data: ").endsWith("\n\n");
        return JSON.readTree(chunk.substring("data: ".length()));
    }

    @Test
    void eachPieceIsAnEventAndComesBeforeTheNextIsMade() throws Exception {
        try (var client = server.client()) {
            client.send("POST", CHAT, body(",\"stream\":true"));
            var generation = engine.next();
            generation.say("Hel");
            RawClient.Reply head = client.head();
            assertThat(head.header("content-type")).contains("text/event-stream");
            assertThat(head.header("cache-control")).isEmpty();
            JsonNode first = event(client.chunk().orElseThrow());
            assertThat(first.path("choices").path(0).path("delta").toString())
                    .isEqualTo("{\"role\":\"assistant\",\"content\":\"Hel\"}");
            generation.say("lo");
            JsonNode second = event(client.chunk().orElseThrow());
            assertThat(second.path("choices").path(0).path("delta").toString()).isEqualTo("{\"content\":\"lo\"}");
            assertThat(second.path("id")).isEqualTo(first.path("id"));
            generation.finish(FinishReason.LENGTH);
            String end = client.chunk().orElseThrow();
            assertThat(end).contains("\"finish_reason\":\"length\"").endsWith("data: [DONE]\n\n");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void aFailureInTheMiddleIsAnEventWithoutDone() throws Exception {
        try (var client = server.client()) {
            client.send("POST", CHAT, body(",\"stream\":true"));
            var generation = engine.next();
            generation.say("Hel");
            client.head();
            client.chunk();
            generation.fail(new EngineException.Failed("the device is lost", null));
            JsonNode error = event(client.chunk().orElseThrow()).path("error");
            assertThat(error.path("message").asText()).contains("the device is lost");
            assertThat(error.path("type").asText()).isEqualTo("api_error");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void aFailureOfAWholeAnswerHasAStatus() throws Exception {
        try (var client = server.client()) {
            client.send("POST", CHAT, body(""));
            var generation = engine.next();
            generation.say("Hel");
            generation.fail(new EngineException.Failed("the device is lost", null));
            RawClient.Reply reply = client.reply(false);
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body())
                    .isEqualTo("{\"error\":{\"message\":\"the device is lost\",\"type\":\"api_error\","
                            + "\"param\":null,\"code\":null}}\n");
        }
    }

    @Test
    void aClientThatLeavesCancelsTheWork() throws Exception {
        for (String stream : List.of(",\"stream\":true", "")) {
            ScriptedEngine.ScriptedGeneration generation;
            try (var client = server.client()) {
                client.send("POST", CHAT, body(stream));
                generation = engine.next();
                generation.say("Hel");
            }
            assertThat(generation.awaitCancel()).isTrue();
        }
    }

    @Test
    void optionsOfTheRequestReachTheEngine() throws Exception {
        engine.answers("ok");
        server.call("POST", CHAT, body(",\"temperature\":0.25,\"max_completion_tokens\":7,\"seed\":3,\"stop\":\"x\""));
        var request = engine.generations().getFirst().request;
        assertThat(request.sampling().temperature()).isEqualTo(0.25f);
        assertThat(request.sampling().topP()).isEqualTo(1f);
        assertThat(request.sampling().seed()).isEqualTo(3);
        assertThat(request.tokensMax()).isEqualTo(7);
        assertThat(request.stops()).containsExactly("x");
        assertThat(request.promptText()).isEqualTo("user: hi\nassistant: ");
    }

    @Test
    void aPromptLongerThanTheContextHasNoCodeAsInOllama() throws Exception {
        try (var client = server.client()) {
            client.send("POST", CHAT, body(""));
            engine.next().fail(new EngineException.PromptTooLong(5_000, 4_096));
            RawClient.Reply reply = client.reply(false);
            assertThat(reply.status()).isEqualTo(400);
            JsonNode error = JSON.readTree(reply.body()).path("error");
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
            assertThat(error.has("code")).isTrue();
            assertThat(error.path("code").isNull()).isTrue();
        }
    }

    @Test
    void modelsAreListedAndFoundByAnyOfTheirNames() throws Exception {
        Files.copy(folder.resolve("toy.gguf"), folder.resolve("b.gguf"));
        JsonNode list = JSON.readTree(server.call("GET", "/v1/models", null).body());
        assertThat(list.findValuesAsText("id")).containsExactlyInAnyOrder("toy:latest", "b:latest");
        for (String id : List.of("toy", "TOY:latest", "library/toy", "library%2Ftoy")) {
            RawClient.Reply reply = server.call("GET", "/v1/models/" + id, null);
            boolean onePart = id.indexOf('/') < 0 && !id.contains("%2F");
            assertThat(reply.status()).as(id).isEqualTo(onePart ? 200 : 404);
        }
        assertThat(JSON.readTree(server.call("GET", "/v1/models/Toy", null).body())
                        .path("id")
                        .asText())
                .isEqualTo("Toy");
        for (String typed : List.of("toy:local", "toy%20")) {
            assertThat(JSON.readTree(server.call("GET", "/v1/models/" + typed, null)
                                    .body())
                            .path("id")
                            .asText())
                    .isEqualTo(typed.replace("%20", " "));
        }
        assertThat(server.call("GET", "/v1/models/..%2Fx", null).status()).isEqualTo(404);
        assertThat(server.call("POST", "/v1/models/toy", "{}").status()).isEqualTo(405);
        assertThat(server.call("GET", "/v1/models/", null).header("location")).contains("/v1/models");
    }

    @Test
    void logprobsBelowZeroAreNoneAndAStreamTellsThatItHasNoSummary() throws Exception {
        engine.answers("Hi");
        String completion = "{\"model\":\"toy\",\"prompt\":\"x\",\"logprobs\":-1}";
        assertThat(server.call("POST", "/v1/completions", completion).status()).isEqualTo(200);
        String response = "{\"model\":\"toy\",\"input\":\"x\",\"reasoning\":{\"effort\":\"none\"},\"stream\":";
        assertThat(server.call("POST", "/v1/responses", response + "true}").body())
                .contains("\"reasoning\":{\"effort\":\"none\",\"summary\":null}");
        assertThat(server.call("POST", "/v1/responses", response + "false}").body())
                .contains("\"reasoning\":{\"effort\":\"none\"}");
    }

    @Test
    void streamsOfResponsesAndMessagesAreNotToBeKept() throws Exception {
        engine.answers("Hi");
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":true}";
        assertThat(uncached("/v1/responses", "{\"model\":\"toy\",\"input\":\"x\",\"stream\":true}"))
                .contains("no-cache");
        assertThat(uncached("/v1/messages", "{\"model\":\"toy\",\"max_tokens\":5," + messages))
                .contains("no-cache");
        assertThat(uncached("/v1/chat/completions", "{\"model\":\"toy\"," + messages))
                .isEmpty();
    }

    private java.util.Optional<String> uncached(String path, String body) throws Exception {
        return server.call("POST", path, body).header("cache-control");
    }

    @Test
    void otherRoutesOfOpenAiAreNotThere() throws Exception {
        for (String path : List.of("/v1/messages/count_tokens", "/v1", "/v1/audio/speech")) {
            RawClient.Reply reply = server.call("POST", path, "{}");
            assertThat(reply.status()).as(path).isEqualTo(404);
            assertThat(reply.body()).isEqualTo("404 page not found");
        }
    }
}
