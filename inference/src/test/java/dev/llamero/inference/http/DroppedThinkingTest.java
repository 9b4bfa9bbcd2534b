package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Qwen3's template drops the thinking of earlier turns. The next turn goes on from the cells up to exactly that place:
 * to the end of the last prompt, and not to an earlier message.
 */
@Tag("native")
@Timeout(120)
class DroppedThinkingTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path MODEL = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");
    private static final List<String> QUESTIONS =
            List.of("What is the capital of France?", "And of Italy?", "Thank you. Count to three.");

    @TempDir
    Path folder;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("natives/linux-x64/node_modules")), "skipped: natives not fetched");
        var engines = new LlamaEngineFactory(
                NativeSettings.fromEnvironment(System.getenv()),
                KvType.F16,
                1,
                64,
                OptionalLong.of(0),
                new DiskCache(folder, OptionalLong.of(0)),
                StepOptions.DEFAULTS);
        server = new TestServer(new TestServer.Choice(
                List.of(MODEL), Optional.empty(), engines, JinjaTemplates::parse, 2_048, TestServer.limits()));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private JsonNode post(String path, ObjectNode body) throws IOException {
        body.put("model", "tiny-qwen3").put("stream", false);
        body.putObject("options").put("temperature", 0).put("num_predict", 300);
        RawClient.Reply reply =
                server.call("POST", path, List.of(List.of("X-Llamero-Timings", "1")), JSON.writeValueAsString(body));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return JSON.readTree(reply.body());
    }

    private JsonNode turn(ArrayNode messages, boolean think) throws IOException {
        ObjectNode body = JSON.createObjectNode().put("think", think);
        body.set("messages", messages);
        return post("/api/chat", body);
    }

    private static void say(ArrayNode messages, String role, String content) {
        messages.addObject().put("role", role).put("content", content);
    }

    private static int prompt(JsonNode answer) {
        return answer.path("prompt_eval_count").asInt();
    }

    private static int reused(JsonNode answer) {
        return answer.path("prompt_cached_count").asInt();
    }

    @Test
    void aTurnGoesOnFromTheEndOfTheLastPrompt() throws IOException {
        ArrayNode messages = JSON.createArrayNode();
        JsonNode before = null;
        for (String question : QUESTIONS) {
            say(messages, "user", question);
            JsonNode answer = turn(messages, true);
            assertThat(answer.at("/message/thinking").asText()).as(question).isNotBlank();
            if (before != null) {
                // The token behind the prompt was <think>, and is now the answer's first.
                assertThat(reused(answer)).as(question).isEqualTo(prompt(before));
            }
            say(messages, "assistant", answer.at("/message/content").asText());
            before = answer;
        }
    }

    /** Thinking that a client sends back is dropped by the template as well. */
    @Test
    void thinkingThatIsSentBackChangesNothing() throws IOException {
        ArrayNode messages = JSON.createArrayNode();
        say(messages, "user", QUESTIONS.getFirst());
        JsonNode first = turn(messages, true);
        messages.addObject()
                .put("role", "assistant")
                .put("thinking", first.at("/message/thinking").asText())
                .put("content", first.at("/message/content").asText());
        say(messages, "user", QUESTIONS.get(1));
        assertThat(reused(turn(messages, true))).isEqualTo(prompt(first));
    }

    /** Switched off, the prompt ends with empty thinking, which the next one has not. */
    @Test
    void emptyThinkingIsCutOffAsExactly() throws IOException {
        int empty = prompt(post(
                "/api/generate", JSON.createObjectNode().put("raw", true).put("prompt", "<think>\n\n</think>\n\n")));
        ArrayNode messages = JSON.createArrayNode();
        say(messages, "user", QUESTIONS.getFirst());
        JsonNode first = turn(messages, false);
        assertThat(first.at("/message").has("thinking")).isFalse();
        say(messages, "assistant", first.at("/message/content").asText());
        say(messages, "user", QUESTIONS.get(1));
        assertThat(reused(turn(messages, false))).isEqualTo(prompt(first) - empty);
    }
}
