package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.models.KvType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A format with thinking: free thoughts, then content that keeps the schema, in one sequence and one stream. */
@Tag("native")
@Timeout(300)
class ThinkingFormatTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String BODY = "{\"model\":\"tiny-qwen3\",\"messages\":[{\"role\":\"user\",\"content\":"
            + "\"What is the capital of France?\"}],\"options\":{\"temperature\":0},\"format\":{\"type\":\"object\","
            + "\"properties\":{\"city\":{\"enum\":[\"Rome\",\"Paris\"]},\"sure\":{\"type\":\"boolean\"}},"
            + "\"required\":[\"city\",\"sure\"]}%s}";

    @TempDir
    Path folder;

    private TestServer server() throws Exception {
        assumeTrue(Files.isDirectory(RecordedStore.models()), () -> "skipped: no models in " + RecordedStore.models());
        return new TestServer(new TestServer.Choice(
                List.of(),
                Optional.of(RecordedStore.withModels(folder, List.of("tiny-qwen3"))),
                new LlamaEngineFactory(
                        NativeSettings.fromEnvironment(System.getenv()),
                        KvType.F16,
                        1,
                        64,
                        OptionalLong.of(0),
                        new DiskCache(folder, OptionalLong.of(0)),
                        StepOptions.DEFAULTS),
                JinjaTemplates::parse,
                2_048,
                TestServer.limits()));
    }

    private static void keepsTheSchema(String content) throws Exception {
        JsonNode value = JSON.readTree(content);
        assertThat(value.path("city").asText()).isIn("Rome", "Paris");
        assertThat(value.path("sure").isBoolean()).isTrue();
    }

    @Test
    void thoughtsAreFreeAndContentKeepsTheSchema() throws Exception {
        try (var server = server()) {
            JsonNode free = JSON.readTree(server.call(
                            "POST",
                            "/api/chat",
                            BODY.replace("\"format\"", "\"unused\"").formatted(",\"stream\":false"))
                    .body());
            JsonNode whole = JSON.readTree(server.call("POST", "/api/chat", BODY.formatted(",\"stream\":false"))
                    .body());
            assertThat(whole.at("/message/thinking").asText())
                    .as("greedy thinking is that of an answer without a format")
                    .isEqualTo(free.at("/message/thinking").asText())
                    .isNotBlank();
            keepsTheSchema(whole.at("/message/content").asText());

            var thinking = new StringBuilder();
            var content = new StringBuilder();
            JsonNode last = null;
            for (String line :
                    server.call("POST", "/api/chat", BODY.formatted("")).body().split("\n")) {
                last = JSON.readTree(line);
                assertThat(content.isEmpty()
                                || last.at("/message/thinking").asText().isEmpty())
                        .as("no thinking behind content")
                        .isTrue();
                thinking.append(last.at("/message/thinking").asText());
                content.append(last.at("/message/content").asText());
            }
            assertThat(thinking.toString())
                    .isEqualTo(whole.at("/message/thinking").asText());
            assertThat(content.toString())
                    .isEqualTo(whole.at("/message/content").asText());
            assertThat(last.path("prompt_eval_count").asInt())
                    .as("one pass: the thinking is no part of a prompt")
                    .isEqualTo(free.path("prompt_eval_count").asInt());
        }
    }

    @Test
    void withoutThinkingTheFormatHoldsFromTheFirstToken() throws Exception {
        try (var server = server()) {
            JsonNode whole =
                    JSON.readTree(server.call("POST", "/api/chat", BODY.formatted(",\"stream\":false,\"think\":false"))
                            .body());
            assertThat(whole.at("/message").has("thinking")).isFalse();
            keepsTheSchema(whole.at("/message/content").asText());
            String generate = BODY.replace(
                            "\"messages\":[{\"role\":\"user\",\"content\":\"What is the capital of France?\"}]",
                            "\"prompt\":\"What is the capital of France?\"")
                    .formatted(",\"stream\":false");
            keepsTheSchema(
                    JSON.readTree(server.call("POST", "/api/generate", generate).body())
                            .path("response")
                            .asText());
        }
    }
}
