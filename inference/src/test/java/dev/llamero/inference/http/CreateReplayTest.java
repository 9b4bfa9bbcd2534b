package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the models of the recording anew, in its order, from the same files and with the same native libraries: the
 * steps told, the manifests and every small blob must be those of the real Ollama.
 */
@Tag("native")
@Timeout(300)
class CreateReplayTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> FILES =
            List.of("SmolLM2-135M-Instruct.Q4_1.gguf", "all-minilm-l6-v2-f16.gguf", "tiny-qwen3-poc.gguf");
    private static final List<String> ORDER = List.of(
            "create/gguf-smol",
            "create/gguf-minilm",
            "create/gguf-tiny-qwen3",
            "create/from-system",
            "create/from-all",
            "create/plain-answer",
            "create/bad-template",
            "create/bad-parameter",
            "create/from-absent",
            "create/nothing",
            "create/bad-digest",
            "create/missing-blob",
            "create/junk-gguf",
            "create/quantize",
            "create/quantize-bad",
            "copy/absent",
            "copy/copy",
            "copy/tagged",
            "delete/delete",
            "delete/again");
    private static final List<String> STORED =
            List.of("smol", "minilm", "tiny-qwen3", "pirate", "tinyq8", "user/smol:v1");
    private static final String JUNK = "this is not a model";

    @TempDir
    Path folder;

    private final Map<String, Golden> recorded = new LinkedHashMap<>();
    private final AcceptedDifferences accepted;
    private final List<String> faults = new ArrayList<>();

    CreateReplayTest() throws IOException {
        accepted = new AcceptedDifferences();
        for (String area : List.of("create", "copy", "delete")) {
            Golden.area(area).forEach(golden -> recorded.put(golden.name(), golden));
        }
    }

    @BeforeEach
    void modelsAreThere() {
        assumeTrue(
                Files.isDirectory(RecordedStore.models()),
                () -> "no models in " + RecordedStore.models() + "; the recordings cannot be replayed");
    }

    private TestServer server() throws IOException {
        return new TestServer(new TestServer.Choice(
                List.of(),
                Optional.of(folder),
                TestServer.factory(new ScriptedEngine(4_096)),
                source -> TestServer::plain,
                4_096,
                TestServer.limits()));
    }

    @Test
    void modelsAreMadeAsOllamaMakesThem() throws Exception {
        assertThat(ORDER).containsExactlyInAnyOrderElementsOf(recorded.keySet());
        var store = new StoreFolder(folder);
        try (var server = server()) {
            for (String file : FILES) {
                upload(server, store, Files.readAllBytes(RecordedStore.models().resolve(file)));
            }
            upload(server, store, JUNK.getBytes(StandardCharsets.UTF_8));
            for (String name : ORDER) {
                Golden golden = recorded.get(name);
                GoldenReplayTest.check(server, folder, golden, accepted, faults);
            }
        }
        assertThat(faults)
                .as("%d faults:\n%s", faults.size(), String.join("\n", faults))
                .isEmpty();
        assertStored(store);
    }

    @Test
    void theStepsAreTheRecordedOnes() throws Exception {
        var store = new StoreFolder(folder);
        try (var server = server()) {
            for (String file : FILES) {
                upload(server, store, Files.readAllBytes(RecordedStore.models().resolve(file)));
            }
            for (String name : ORDER) {
                Golden golden = recorded.get(name);
                if (golden.reply().status() == 200 && accepted.of(name).stream().noneMatch("values"::equals)) {
                    var reply = server.call(golden.method(), golden.path(), golden.requestBody());
                    assertThat(steps(reply.body()))
                            .as(name)
                            .isEqualTo(steps(golden.reply().body()));
                }
            }
        }
    }

    private static List<String> steps(String body) throws IOException {
        var steps = new ArrayList<String>();
        for (String line : body.split("\n")) {
            JsonNode step = JSON.readTree(line.isBlank() ? "{}" : line);
            if (step.has("status") && !step.has("digest")) {
                steps.add(step.path("status").asText());
            }
        }
        return steps;
    }

    private static void upload(TestServer server, StoreFolder store, byte[] bytes) throws IOException {
        Digest digest = Digest.of(bytes);
        try (var client = server.client()) {
            client.sendBytes("POST", "/api/blobs/" + digest, bytes);
            assertThat(client.reply(false).status()).isEqualTo(201);
        }
        assertThat(store.blobs().size(digest)).isEqualTo(bytes.length);
    }

    private static void assertStored(StoreFolder ours) throws IOException {
        var theirs = new StoreFolder(Golden.FOLDER.resolve("store"));
        for (String model : STORED) {
            ModelName name = ModelName.parse(model).orElseThrow();
            assertThat(new String(ours.manifests().bytes(name), StandardCharsets.UTF_8))
                    .as(model)
                    .isEqualTo(new String(theirs.manifests().bytes(name), StandardCharsets.UTF_8));
            for (Digest digest : ours.manifests().read(name).manifest().digests()) {
                assertThat(Digest.of(Files.readAllBytes(ours.blobs().path(digest))))
                        .isEqualTo(digest);
            }
        }
    }
}
