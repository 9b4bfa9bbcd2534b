package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for a place in a model is told so: by {@code /api/ps}, and in the head of the answer. */
@Tag("server")
@Timeout(60)
class QueuePlaceTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String BODY = "{\"model\":\"toy\",\"raw\":true,\"prompt\":\"x\",\"stream\":%s}";

    @TempDir
    Path folder;

    private final ScriptedEngine engine = new ScriptedEngine(512);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        server = TestServer.scripted(engine, folder.resolve("toy.gguf"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode row() throws IOException {
        return JSON.readTree(server.call("GET", "/api/ps", null).body())
                .path("models")
                .path(0);
    }

    /** The reply to a request that stood at this place; null for one that did not wait. */
    private RawClient.Reply reply(String stream, Engine.Waiting place) throws Exception {
        try (var client = server.client()) {
            client.send("POST", "/api/generate", List.of(), BODY.formatted(stream));
            ScriptedEngine.ScriptedGeneration generation = engine.next();
            generation.place = place;
            generation.say("a");
            generation.finish(FinishReason.STOP);
            return client.reply(false);
        }
    }

    @Test
    void theListOfLoadedModelsShowsTheLine() throws Exception {
        reply("false", null);
        assertThat(row().has("queue")).isFalse();
        engine.line = List.of(new Engine.Waiting("first", 1, 250), new Engine.Waiting("second", 2, 500));
        JsonNode queue = row().path("queue");
        assertThat(queue.findValuesAsText("request_id")).containsExactly("first", "second");
        assertThat(queue.findValuesAsText("position")).containsExactly("1", "2");
        assertThat(queue.findValuesAsText("estimate_ms")).containsExactly("250", "500");
    }

    @Test
    void theHeadOfTheAnswerTellsThePlace() throws Exception {
        for (String stream : List.of("true", "false")) {
            RawClient.Reply waited = reply(stream, new Engine.Waiting("x", 3, 1200));
            assertThat(waited.header("X-Llamero-Queue-Position")).contains("3");
            assertThat(waited.header("X-Llamero-Queue-Estimate-Ms")).contains("1200");
            assertThat(reply(stream, null).header("X-Llamero-Queue-Position")).isEmpty();
        }
    }
}
