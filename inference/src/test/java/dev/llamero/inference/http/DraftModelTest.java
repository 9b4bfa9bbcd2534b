package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.models.GgmlType;
import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import dev.llamero.models.ToyShape;
import dev.llamero.models.store.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** {@code draft_model} in a request's options and in a Modelfile: what it loads, shows, counts, frees and refuses. */
@Tag("native")
@Timeout(120)
class DraftModelTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int CONTEXT = 400;

    @TempDir
    Path folder;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("natives/linux-x64/node_modules")), "skipped: natives not fetched");
        Path files = Files.createDirectory(folder.resolve("files"));
        ToyModel.write(files.resolve("large.gguf"), 1);
        // The same weights guess right wherever rounding does not decide, others hardly ever.
        Files.copy(files.resolve("large.gguf"), files.resolve("twin.gguf"));
        ToyModel.write(files.resolve("small.gguf"), ToyShape.small().withLayers(1), 2);
        ToyModel.write(files.resolve("other.gguf"), ToyShape.small().withVocabulary(600), 1);
        var engines = new LlamaEngineFactory(
                NativeSettings.fromEnvironment(System.getenv()),
                // Steps of one row and of several compute alike with it, so that no choice is made again alone.
                KvType.Q8_0,
                2,
                64,
                OptionalLong.of(0),
                new DiskCache(folder, OptionalLong.of(0)),
                StepOptions.DEFAULTS);
        server = new TestServer(new TestServer.Choice(
                List.of(files),
                Optional.of(Files.createDirectory(folder.resolve("store"))),
                engines,
                source -> TestServer::plain,
                CONTEXT,
                TestServer.limits()));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private RawClient.Reply post(String model, String options) throws IOException {
        String body = "{\"model\":\"" + model + "\",\"raw\":true,\"stream\":false,\"prompt\":\"the fox\","
                + "\"options\":{\"temperature\":0,\"num_predict\":200" + options + "}}";
        return server.call("POST", "/api/generate", List.of(List.of("X-Llamero-Timings", "1")), body);
    }

    private JsonNode ask(String model, String options) throws IOException {
        RawClient.Reply reply = post(model, options);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return JSON.readTree(reply.body());
    }

    private JsonNode loaded() throws IOException {
        return JSON.readTree(server.call("GET", "/api/ps", null).body()).path("models");
    }

    private long metric(String name) throws IOException {
        return server.call("GET", "/metrics", null)
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{model=\"large:latest\"} "))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .sum();
    }

    private static boolean isMapped(String file) throws IOException {
        return Files.readString(Path.of("/proc/self/maps"), StandardCharsets.UTF_8)
                .contains("/" + file);
    }

    @Test
    void aRequestsModelGuessesAndTheTextStaysAsItIs() throws IOException {
        JsonNode alone = ask("large", "");
        assertThat(loaded().findValues("draft_model")).isEmpty();
        long without = loaded().get(0).path("size").asLong();

        JsonNode guessed = ask("large", ",\"draft_model\":\"twin\"");
        assertThat(guessed.path("response").asText())
                .isEqualTo(alone.path("response").asText())
                .isNotEmpty();
        assertThat(guessed.path("draft_accepted_count").asInt()).isPositive();
        assertThat(guessed.path("draft_count").asInt())
                .isGreaterThanOrEqualTo(guessed.path("draft_accepted_count").asInt());
        assertThat(metric("llamero_draft_tokens_accepted_total"))
                .isEqualTo(guessed.path("draft_accepted_count").asLong());
        assertThat(metric("llamero_draft_tokens_total"))
                .isEqualTo(guessed.path("draft_count").asLong());
        assertThat(loaded().findValuesAsText("draft_model")).containsExactly("twin:latest");
        assertThat(loaded().get(0).path("size").asLong()).isGreaterThan(without);

        // Who says nothing takes the model as it is; who says that none shall guess gets it without.
        assertThat(ask("large", "").path("response")).isEqualTo(alone.path("response"));
        assertThat(loaded().findValuesAsText("draft_model")).containsExactly("twin:latest");
        assertThat(ask("large", ",\"draft_model\":\"\"").path("response")).isEqualTo(alone.path("response"));
        assertThat(loaded().findValues("draft_model")).isEmpty();
    }

    @Test
    void aModelThatGuessesWrongChangesNothingEither() throws IOException {
        JsonNode alone = ask("large", ",\"draft_model\":\"\"");
        JsonNode guessed = ask("large", ",\"draft_model\":\"small\"");
        assertThat(guessed.path("response")).isEqualTo(alone.path("response"));
        assertThat(loaded().findValuesAsText("draft_model")).containsExactly("small:latest");
    }

    @Test
    void itIsFreedWithTheModelThatItGuessesFor() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/maps")), "skipped: no list of mapped files here");
        ask("large", ",\"draft_model\":\"twin\"");
        assertThat(isMapped("large.gguf")).isTrue();
        assertThat(isMapped("twin.gguf")).isTrue();
        server.call("POST", "/api/generate", "{\"model\":\"large\",\"keep_alive\":0}");
        server.close();
        assertThat(isMapped("large.gguf")).isFalse();
        assertThat(isMapped("twin.gguf")).isFalse();
    }

    @Test
    void aModelfilesParameterDoesTheSame() throws IOException {
        byte[] weights = Files.readAllBytes(folder.resolve("files/large.gguf"));
        Digest digest = Digest.of(weights);
        try (var client = server.client()) {
            client.sendBytes("POST", "/api/blobs/" + digest, weights);
            assertThat(client.reply(false).status()).isEqualTo(201);
        }
        RawClient.Reply made = server.call(
                "POST",
                "/api/create",
                "{\"model\":\"quick\",\"stream\":false,\"files\":{\"a.gguf\":\"" + digest
                        + "\"},\"parameters\":{\"draft_model\":\"twin\"}}");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        JsonNode shown = JSON.readTree(
                server.call("POST", "/api/show", "{\"model\":\"quick\"}").body());
        assertThat(shown.path("parameters").asText()).containsPattern("draft_model +\"?twin");

        JsonNode answer = ask("quick", "");
        assertThat(answer.path("draft_accepted_count").asInt()).isPositive();
        assertThat(loaded().findValuesAsText("draft_model")).containsExactly("twin:latest");
        ask("quick", ",\"draft_model\":\"\"");
        assertThat(loaded().findValues("draft_model")).isEmpty();
    }

    @Test
    void whatCannotGuessIsRefusedWithTheFieldAndTheRemedyAndNothingIsUnloadedForIt() throws IOException {
        ask("large", "");
        Files.writeString(folder.resolve("files/junk.gguf"), "no model");
        refused("missing", "is not installed; pull it first");
        refused("not a name", "is not installed");
        refused("junk", "is not installed");
        refused("large", "is the model itself; name an installed model of the same vocabulary");
        refused("other", "has another vocabulary than large:latest; name");
        RawClient.Reply wrong = post("large", ",\"draft_model\":5");
        assertThat(wrong.body()).contains("option \\\"draft_model\\\" must be of type string");
        assertThat(loaded().findValuesAsText("name")).containsExactly("large:latest");
    }

    private void refused(String name, String reason) throws IOException {
        RawClient.Reply reply = post("large", ",\"draft_model\":\"" + name + "\"");
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(JSON.readTree(reply.body()).path("error").asText())
                .startsWith("option \"draft_model\": \"" + name + "\" ")
                .contains(reason);
    }

    /** Trained for 64 tokens only: it guesses as long as it can look back, and the answer goes on without it. */
    @Test
    void aModelOfAShorterContextGuessesUntilItEnds() throws IOException {
        ToyShape shape = new ToyShape(128, 4, 4, 2, 64, 256, 512, 64, false, GgmlType.Q8_0);
        ToyModel.write(folder.resolve("files/brief.gguf"), shape, 1);
        JsonNode alone = ask("large", "");
        JsonNode guessed = ask("large", ",\"draft_model\":\"brief\"");
        assertThat(guessed.path("response")).isEqualTo(alone.path("response"));
        assertThat(guessed.path("eval_count")).isEqualTo(alone.path("eval_count"));
    }
}
