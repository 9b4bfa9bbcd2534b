package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loading, staying and going of models, seen from the API. */
@Tag("server")
@Timeout(60)
class ModelLifeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private final Map<String, ScriptedEngine> engines = new ConcurrentHashMap<>();
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("a.gguf"), 1);
        Files.copy(folder.resolve("a.gguf"), folder.resolve("b.gguf"));
        server = new TestServer(new TestServer.Choice(
                List.of(folder),
                Optional.empty(),
                (model, options, progress) -> {
                    var engine = new ScriptedEngine(options.contextTokens());
                    engine.answers("I am " + model.name().model());
                    engines.put(model.name().model(), engine);
                    return new LoadedEngine(engine, gbnf -> null);
                },
                source -> TestServer::plain,
                512,
                TestServer.limits()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode post(String path, String body) throws IOException {
        return JSON.readTree(server.call("POST", path, body).body());
    }

    private List<String> loaded() throws IOException {
        return JSON.readTree(server.call("GET", "/api/ps", null).body())
                .path("models")
                .findValuesAsText("name");
    }

    @Test
    void twoModelsAnswerSideBySide() throws Exception {
        for (String name : List.of("a", "b", "A:latest")) {
            JsonNode reply = post(
                    "/api/chat",
                    "{\"model\":\"" + name
                            + "\",\"stream\":false,\"think\":false,"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
            assertThat(reply.path("message").path("content").asText())
                    .isEqualTo("I am " + name.substring(0, 1).toLowerCase(java.util.Locale.ROOT));
            assertThat(reply.path("model").asText()).isEqualTo(name);
        }
        assertThat(loaded()).containsExactlyInAnyOrder("a:latest", "b:latest");
    }

    @Test
    void anEmptyRequestLoadsAndOneWithKeepAliveZeroUnloads() throws Exception {
        JsonNode load = post("/api/generate", "{\"model\":\"a\"}");
        assertThat(GoldenDiff.shape(load))
                .isEqualTo("{model:string,created_at:string,response:string,done:boolean,done_reason:string}");
        assertThat(load.path("done_reason").asText()).isEqualTo("load");
        assertThat(loaded()).containsExactly("a:latest");
        assertThat(post("/api/chat", "{\"model\":\"a\",\"keep_alive\":\"0s\"}")
                        .path("done_reason")
                        .asText())
                .isEqualTo("unload");
        assertThat(loaded()).isEmpty();
        assertThat(post("/api/chat", "{\"model\":\"a\",\"keep_alive\":0}")
                        .path("done_reason")
                        .asText())
                .isEqualTo("unload");
    }

    @Test
    void anEngineThatEndedFailsOneRequestAndIsReplaced() throws Exception {
        post("/api/generate", "{\"model\":\"a\"}");
        engines.get("a").close();
        String request = "{\"model\":\"a\",\"prompt\":\"x\",\"stream\":false}";
        assertThat(server.call("POST", "/api/generate", request).status()).isEqualTo(503);
        assertThat(post("/api/generate", request).path("response").asText()).isEqualTo("I am a");
    }

    @Test
    void githubsChatSeesTheModelsNameAsItsBaseName() throws Exception {
        var agent = List.of(List.of("User-Agent", "GitHubCopilotChat/1.0"));
        JsonNode shown = JSON.readTree(
                server.call("POST", "/api/show", agent, "{\"model\":\"A\"}").body());
        assertThat(shown.path("model_info").path("general.basename").asText()).isEqualTo("A");
    }

    @Test
    void theContextFollowsTheLastRequest() throws Exception {
        assertThat(contextAfter("{\"model\":\"a\",\"options\":{\"num_ctx\":256}}"))
                .isEqualTo(256);
        ScriptedEngine first = engines.get("a");
        assertThat(contextAfter("{\"model\":\"a\"}")).isEqualTo(512);
        assertThat(engines.get("a")).isNotSameAs(first);
        assertThat(contextAfter("{\"model\":\"a\",\"options\":{\"temperature\":0.1}}"))
                .isEqualTo(512);
    }

    private int contextAfter(String request) throws IOException {
        post("/api/generate", request);
        return JSON.readTree(server.call("GET", "/api/ps", null).body())
                .path("models")
                .path(0)
                .path("context_length")
                .asInt();
    }

    @Test
    void aModelThatNeverExpiresShowsADateFarAhead() throws Exception {
        post("/api/generate", "{\"model\":\"a\",\"keep_alive\":-1}");
        String expires = JSON.readTree(server.call("GET", "/api/ps", null).body())
                .path("models")
                .path(0)
                .path("expires_at")
                .asText();
        assertThat(Integer.parseInt(expires.substring(0, 4))).isGreaterThan(2_200);
    }

    @Test
    void aLongHistoryIsShortenedAndOneThatMayNotBeIsRefused() throws Exception {
        String turn = "{\"role\":\"user\",\"content\":\"" + "x".repeat(100) + "\"}";
        String messages = String.join(",", java.util.Collections.nCopies(20, turn));
        JsonNode cut = post("/api/chat", "{\"model\":\"a\",\"stream\":false,\"messages\":[" + messages + "]}");
        assertThat(cut.path("prompt_eval_count").asInt()).isBetween(300, 512);
        var refused = server.call(
                "POST", "/api/chat", "{\"model\":\"a\",\"truncate\":false,\"messages\":[" + messages + "]}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("exceeds the available context size (512 tokens)");
    }

    @Test
    void optionsReachTheEngine() throws Exception {
        post(
                "/api/chat",
                "{\"model\":\"a\",\"stream\":false,\"logprobs\":true,\"top_logprobs\":3,\"shift\":false,"
                        + "\"options\":{\"temperature\":0,\"seed\":7,\"num_predict\":5,"
                        + "\"stop\":[\"x\",\"\"],\"num_keep\":9},"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        var request = engines.get("a").next().request;
        assertThat(request.sampling().temperature()).isZero();
        assertThat(request.sampling().seed()).isEqualTo(7);
        assertThat(request.tokensMax()).isEqualTo(5);
        assertThat(request.stops()).containsExactly("x");
        assertThat(request.keepTokens()).isEqualTo(9);
        assertThat(request.topLogprobs()).isEqualTo(3);
        assertThat(request.shift()).isFalse();
    }

    @Test
    void aContextIsPutInFrontAndANewOneComesBack() throws Exception {
        JsonNode first = post("/api/generate", "{\"model\":\"a\",\"prompt\":\"one\",\"think\":false,\"stream\":false}");
        String context = first.path("context").toString();
        JsonNode second = post(
                "/api/generate",
                "{\"model\":\"a\",\"prompt\":\"two\",\"think\":false,\"stream\":false,\"context\":" + context + "}");
        engines.get("a").next();
        assertThat(engines.get("a").next().request.promptText())
                .isEqualTo("user: one\nassistant: I am auser: two\nassistant: ");
        assertThat(second.path("context").size())
                .isGreaterThan(first.path("context").size());
    }
}
