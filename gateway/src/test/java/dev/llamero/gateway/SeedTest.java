package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose seed an answer is drawn with: the person's, the model's own, or one of ours, in this order. */
class SeedTest {
    private static final String KEY = "session-0001";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final ScriptedInference inference = new ScriptedInference();
    private RunningGateway gateway;
    private TestBrowser browser;

    @BeforeEach
    void start() throws InterruptedException {
        String address = inference.address().toString();
        gateway = RunningGateway.start(proxy.address(), data, "--inference-endpoint", address, "--retry-for", "10s");
        browser = TestBrowser.connect(gateway.webSocket());
        browser.granted("chat.history", "sessionKey", KEY);
    }

    @AfterEach
    void stop() {
        browser.close();
        gateway.close();
        inference.close();
        proxy.close();
    }

    private JsonNode asked(String idempotencyKey) throws InterruptedException {
        browser.granted("chat.send", "sessionKey", KEY, "message", "Hi", "idempotencyKey", idempotencyKey);
        browser.awaitEvent("turn.ended");
        return proxy.nextRequest().json().path("seed");
    }

    private void chooses(int seed) throws InterruptedException {
        var settings = new HashMap<String, Object>(
                Map.of("model", "", "systemPrompt", "", "seed", seed, "thinking", "default"));
        for (String name : List.of("temperature", "topP", "topK", "contextTokens", "answerTokensMax")) {
            settings.put(name, null);
        }
        browser.granted("sessions.configure", "sessionKey", KEY, "settings", settings);
    }

    @Test
    void aModelsOwnSeedIsLeftToIt() throws InterruptedException {
        inference.shows("{\"parameters\":\"temperature                    1\\nseed                           42\"}");
        assertThat(asked("question-1").isMissingNode()).isTrue();
    }

    @Test
    void aModelWithoutOneGetsOneOfOurs() throws InterruptedException {
        inference.shows("{\"parameters\":\"stop                           \\\"seed 7\\\"\"}");
        assertThat(asked("question-1").asInt(-1)).isNotNegative();
    }

    @Test
    void aPersonsSeedGoesBeforeTheModels() throws InterruptedException {
        inference.shows("{\"parameters\":\"seed 42\"}");
        chooses(7);
        assertThat(asked("question-1").asInt()).isEqualTo(7);
    }

    @Test
    void anAnswerThatBrokeOffIsAskedForWithTheSameSeed() throws InterruptedException {
        int[] attempts = new int[1];
        proxy.answers((request, reply) -> {
            reply.begin().content("a beginning");
            if (attempts[0]++ == 0) {
                return;
            }
            reply.content(" and an end").end(1, 2);
        });
        int first = asked("question-1").asInt(-1);
        assertThat(first).isNotNegative();
        assertThat(proxy.nextRequest().json().path("seed").asInt(-1)).isEqualTo(first);
    }
}
