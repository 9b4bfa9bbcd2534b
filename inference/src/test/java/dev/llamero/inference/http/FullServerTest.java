package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.model.LoadOptions;
import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several models and more requests than there is room for, seen from the API (specification 9.3, 9.4). */
@Tag("server")
@Timeout(120)
class FullServerTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final String BUSY = "server busy, please try again.  maximum pending requests exceeded";
    private static final int MODELS_MAX = 2;

    @TempDir
    Path folder;

    private final Map<String, ScriptedEngine> engines = new ConcurrentHashMap<>();
    private final List<ScriptedEngine> all = new CopyOnWriteArrayList<>();
    private final List<String> loads = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore gate = new Semaphore(0);
    private volatile boolean answering;
    private volatile int openMost;
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("a.gguf"), 1);
        for (String name : NAMES.subList(1, NAMES.size())) {
            Files.copy(folder.resolve("a.gguf"), folder.resolve(name + ".gguf"));
        }
    }

    @AfterEach
    void stop() {
        gate.release(1_000);
        server.close();
    }

    private void serve(int queueMax) throws IOException {
        server = new TestServer(new TestServer.Choice(
                List.of(folder),
                Optional.empty(),
                (model, options, progress) -> load(model, options),
                source -> TestServer::plain,
                512,
                new LoadedModels.Limits(MODELS_MAX, queueMax, Duration.ofMinutes(5))));
    }

    /** Each load waits for the gate. */
    private LoadedEngine load(LocalModel model, LoadOptions options) {
        begun.release();
        try {
            if (!gate.tryAcquire(60, TimeUnit.SECONDS)) {
                throw new EngineException.Closed("the test never opened the gate");
            }
        } catch (InterruptedException e) {
            throw new EngineException.Closed("interrupted");
        }
        String name = model.name().model();
        var engine = new ScriptedEngine(options.contextTokens());
        if (answering) {
            engine.answers(name);
        }
        engines.put(name, engine);
        all.add(engine);
        loads.add(name);
        openMost =
                Math.max(openMost, (int) all.stream().filter(one -> !one.closed).count());
        return new LoadedEngine(engine, gbnf -> null);
    }

    private static String generate(String model) {
        return "{\"model\":\"" + model + "\",\"prompt\":\"x\",\"stream\":false}";
    }

    private JsonNode post(String body) throws IOException {
        return JSON.readTree(server.call("POST", "/api/generate", body).body());
    }

    private List<String> loaded() throws IOException {
        return JSON.readTree(server.call("GET", "/api/ps", null).body())
                .path("models")
                .findValuesAsText("name");
    }

    @Test
    void whoFindsTheQueueOfLoadsFullIsToldInOllamasWords() throws Exception {
        serve(1);
        try (var client = server.client()) {
            client.send("POST", "/api/generate", "{\"model\":\"a\"}");
            begun.acquire();
            String told = "{\"error\":\"" + BUSY + "\"}";
            var messages = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
            assertBusy("/api/generate", generate("b"), told);
            assertBusy("/api/chat", "{\"model\":\"b\"," + messages + "}", told);
            assertBusy(
                    "/v1/chat/completions",
                    "{\"model\":\"b\"," + messages + "}",
                    "{\"error\":{\"message\":\"" + BUSY + "\",\"type\":\"api_error\",\"param\":null,\"code\":null}}\n");
            var anthropic = server.call("POST", "/v1/messages", "{\"model\":\"b\",\"max_tokens\":5," + messages + "}");
            assertThat(anthropic.status()).isEqualTo(503);
            assertThat(JSON.readTree(anthropic.body())
                            .path("error")
                            .path("type")
                            .asText())
                    .isEqualTo("overloaded_error");
            gate.release();
            assertThat(client.reply(false).body()).contains("\"done_reason\":\"load\"");
        }
        gate.release();
        assertThat(post("{\"model\":\"b\"}").path("done_reason").asText()).isEqualTo("load");
    }

    private void assertBusy(String path, String body, String expected) throws IOException {
        var refused = server.call("POST", path, body);
        assertThat(refused.status()).as(path).isEqualTo(503);
        assertThat(refused.body()).as(path).isEqualTo(expected);
    }

    @Test
    void manyRequestsToFiveModelsAreAllAnsweredWithTwoInMemoryAtMost() throws Exception {
        serve(512);
        gate.release(1_000);
        answering = true;
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < 40; i++) {
                String name = NAMES.get(i * 3 % NAMES.size());
                answers.add(callers.submit((Callable<String>)
                        () -> name + "=" + post(generate(name)).path("response").asText()));
            }
            for (var answer : answers) {
                String[] parts = answer.get().split("=", -1);
                assertThat(parts[1]).isEqualTo(parts[0]);
            }
        }
        assertThat(openMost).isEqualTo(MODELS_MAX);
        assertThat(loads).contains(NAMES.toArray(String[]::new));
        assertThat(loaded()).hasSizeLessThanOrEqualTo(MODELS_MAX);
    }

    @Test
    void anUnloadInTheMiddleOfAnAnswerWaitsForItsEnd() throws Exception {
        serve(512);
        gate.release(10);
        try (var client = server.client()) {
            client.send("POST", "/api/generate", "{\"model\":\"a\",\"prompt\":\"x\"}");
            while (engines.get("a") == null) {
                Thread.sleep(1);
            }
            ScriptedEngine engine = engines.get("a");
            var generation = engine.next();
            generation.say("one");
            client.head();
            assertThat(client.chunk().orElseThrow()).contains("\"response\":\"one\"");
            assertThat(post("{\"model\":\"a\",\"keep_alive\":0}")
                            .path("done_reason")
                            .asText())
                    .isEqualTo("unload");
            assertThat(engine.closed).isFalse();
            generation.say("two");
            assertThat(client.chunk().orElseThrow()).contains("\"response\":\"two\"");
            generation.finish(FinishReason.STOP);
            assertThat(client.chunk().orElseThrow()).contains("\"done\":true");
            assertThat(client.chunk()).isEmpty();
            while (!loaded().isEmpty()) {
                Thread.sleep(1);
            }
            while (!engine.closed) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void everyFormOfKeepAliveSetsWhenTheModelLeaves() throws Exception {
        serve(512);
        gate.release(10);
        assertStays("\"5m\"", 240, 301);
        assertStays("90", 60, 91);
        assertStays("90.5", 60, 92);
        assertStays("\"1h30m\"", 5_000, 5_401);
        assertStays("null", 5_000, 5_401);
        assertStays("-1", 100L * 365 * 86_400, Long.MAX_VALUE);
        assertStays("\"-1s\"", 100L * 365 * 86_400, Long.MAX_VALUE);
        for (String none : List.of("0", "\"0\"", "\"0s\"", "0.0")) {
            post("{\"model\":\"a\"}");
            assertThat(post("{\"model\":\"a\",\"keep_alive\":" + none + "}")
                            .path("done_reason")
                            .asText())
                    .as(none)
                    .isEqualTo("unload");
            assertThat(loaded()).as(none).isEmpty();
        }
        assertRefused("\"10\"", "time: missing unit in duration \"10\"");
        assertRefused("\"\"", "time: invalid duration \"\"");
        assertRefused("\"soon\"", "time: invalid duration \"soon\"");
        assertRefused("true", "Unsupported type: 'bool'");
        assertRefused("[]", "Unsupported type: '[]interface {}'");
    }

    private void assertStays(String keepAlive, long least, long most) throws IOException {
        post("{\"model\":\"a\",\"keep_alive\":" + keepAlive + "}");
        String expires = JSON.readTree(server.call("GET", "/api/ps", null).body())
                .path("models")
                .path(0)
                .path("expires_at")
                .asText();
        long seconds = Duration.between(java.time.OffsetDateTime.now(), java.time.OffsetDateTime.parse(expires))
                .toSeconds();
        assertThat(seconds).as(keepAlive).isBetween(least, most);
    }

    private void assertRefused(String keepAlive, String message) throws IOException {
        var refused = server.call("POST", "/api/generate", "{\"model\":\"a\",\"keep_alive\":" + keepAlive + "}");
        assertThat(refused.status()).as(keepAlive).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).path("error").asText()).isEqualTo(message);
    }
}
