package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Conversations that are kept, seen from the API: what they save, how they are listed, counted and cleared. */
@Tag("server")
@Timeout(120)
class CacheRoutesTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PROMPT = "the quick brown fox jumps over the lazy dog and back again ".repeat(5);

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
    }

    private TestServer real() throws IOException {
        var disk = new DiskCache(folder.resolve("cache"), OptionalLong.of(1 << 28));
        var engines = new LlamaEngineFactory(
                NativeSettings.fromEnvironment(System.getenv()),
                KvType.F16,
                2,
                64,
                OptionalLong.of(1 << 28),
                disk,
                StepOptions.DEFAULTS);
        return new TestServer(
                new TestServer.Choice(
                        List.of(folder.resolve("toy.gguf")),
                        Optional.empty(),
                        engines,
                        source -> TestServer::plain,
                        512,
                        TestServer.limits()),
                disk);
    }

    private static String ask(TestServer server, String user) throws IOException {
        String body = "{\"model\":\"toy\",\"raw\":true,\"stream\":false,\"prompt\":\"" + PROMPT
                + "\",\"options\":{\"temperature\":0,\"num_predict\":8}}";
        var reply = server.call("POST", "/api/generate", List.of(List.of("X-Llamero-Cache-Salt", user)), body);
        assertThat(reply.status()).isEqualTo(200);
        return JSON.readTree(reply.body()).path("response").asText();
    }

    private static long metric(TestServer server, String name) throws IOException {
        var reply = server.call("GET", "/metrics", null);
        assertThat(reply.header("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(reply.body()).contains("# TYPE " + name + " ");
        return reply.body()
                .lines()
                .filter(line -> line.startsWith(name + "{model=\"toy:latest\"} "))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .sum();
    }

    private static List<JsonNode> conversations(TestServer server) throws IOException {
        JsonNode reply =
                JSON.readTree(server.call("GET", "/api/llamero/cache", null).body());
        assertThat(reply.path("disk_bytes_max").asLong()).isEqualTo(1 << 28);
        return List.copyOf(reply.path("conversations").findParents("tier"));
    }

    @Test
    void aRestartedServerGoesOnWhereTheLastOneStopped() throws Exception {
        String fresh;
        long prompt;
        try (var server = real()) {
            fresh = ask(server, "ann");
            prompt = metric(server, "llamero_tokens_prefilled_total");
            assertThat(prompt).isGreaterThan(32);
            assertThat(metric(server, "llamero_tokens_reused_total")).isZero();
            assertThat(metric(server, "llamero_model_kv_bytes")).isPositive();
            assertThat(conversations(server)).singleElement().satisfies(each -> {
                assertThat(each.path("tier").asText()).isEqualTo("kv");
                assertThat(each.path("model").asText()).isEqualTo("toy:latest");
                assertThat(each.path("tokens").asLong()).isGreaterThanOrEqualTo(prompt(server));
                assertThat(each.path("salt").asText()).matches("[0-9a-f]{12}");
            });
        }
        try (var server = real()) {
            assertThat(conversations(server))
                    .singleElement()
                    .satisfies(each -> assertThat(each.path("tier").asText()).isEqualTo("disk"));
            assertThat(ask(server, "ann")).isEqualTo(fresh);
            assertThat(metric(server, "llamero_tokens_reused_total")).isEqualTo(prompt - 1);
            assertThat(metric(server, "llamero_cache_hits_disk_total")).isOne();
            assertThat(ask(server, "ben")).isEqualTo(fresh);
            assertThat(metric(server, "llamero_tokens_reused_total")).isEqualTo(prompt - 1);
        }
    }

    private static long prompt(TestServer server) throws IOException {
        return metric(server, "llamero_tokens_prefilled_total");
    }

    @Test
    void clearingForgetsInMemoryAndOnDisk() throws Exception {
        try (var server = real()) {
            ask(server, "ann");
        }
        try (var server = real()) {
            assertThat(server.call("DELETE", "/api/llamero/cache", "{\"model\":\"other\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(conversations(server)).hasSize(1);
            server.call("DELETE", "/api/llamero/cache", "{\"model\":\"toy\"}");
            assertThat(conversations(server)).isEmpty();
            ask(server, "ann");
            assertThat(metric(server, "llamero_tokens_reused_total")).isZero();
            assertThat(conversations(server)).hasSize(1);
            server.call("DELETE", "/api/llamero/cache", "{}");
            assertThat(conversations(server)).isEmpty();
        }
        try (var server = real()) {
            assertThat(conversations(server)).isEmpty();
        }
    }

    @Test
    void aSaltThatIsNoneAndAModelThatIsNoNameAreRefused() throws Exception {
        var engine = new ScriptedEngine(512);
        engine.answers("ok");
        try (var server = TestServer.scripted(engine, folder.resolve("toy.gguf"))) {
            ask(server, "a.key-1");
            assertThat(engine.next().request.cacheSalt()).isEqualTo("a.key-1");
            var refused = server.call(
                    "POST",
                    "/api/generate",
                    List.of(List.of("X-Llamero-Cache-Salt", "two words")),
                    "{\"model\":\"toy\",\"prompt\":\"x\",\"raw\":true}");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).contains("X-Llamero-Cache-Salt");
            assertThat(server.call("DELETE", "/api/llamero/cache", "{\"model\":5}")
                            .status())
                    .isEqualTo(400);
            assertThat(server.call("DELETE", "/api/llamero/cache", "{").status())
                    .isEqualTo(400);
        }
    }
}
