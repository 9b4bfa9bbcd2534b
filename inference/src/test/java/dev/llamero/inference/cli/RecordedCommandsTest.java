package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.http.StoreServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our commands print what a real Ollama's client printed, to the byte but for the rows of {@code differences.tsv}. */
@Tag("native")
@Timeout(300)
class RecordedCommandsTest {
    private static final List<String> WITH_REAL_MODELS = List.of(
            "run-no-arg",
            "run-think-off",
            "run-piped",
            "run-prompt",
            "run-hidethinking",
            "run-verbose",
            "ps",
            "stop",
            "stop-absent",
            "show-absent",
            "show-modelfile",
            "show-pirate",
            "show-smol",
            "show-system",
            "show-tiny-qwen3",
            "show-two",
            "list-after",
            "unknown-command");
    private static final List<String> WITH_RECORDED_REPLIES =
            List.of("cp", "cp-absent", "rm", "rm-two", "rm-absent", "show-license", "show-parameters", "show-template");
    private static final String ABSENT = "{\"error\":\"model 'absent-model' not found\"}";

    @TempDir
    Path folder;

    @Test
    void ourServerAndClientPrintWhatOllamasDo() throws Exception {
        assumeTrue(StoreServer.hasModels(), "no models beside the checkout; the recordings cannot be replayed");
        try (var server = StoreServer.real(folder, List.of("pirate", "minilm", "smol", "tiny-qwen3"))) {
            replay(server.port(), WITH_REAL_MODELS);
        }
    }

    @Test
    void ourClientPrintsWhatOllamasDoesOnItsRecordedReplies() throws Exception {
        String all = JsonMapper.builder()
                .build()
                .readTree(Path.of("src/test/resources/golden/show/all.json").toFile())
                .path("response")
                .path("body")
                .asText();
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 200, all)
                    .reply("POST /api/generate", 200, "{\"done\":true,\"done_reason\":\"unload\"}")
                    .reply("POST /api/copy", 200, "")
                    .reply(
                            "POST /api/copy {\"source\":\"absent-model\",\"destination\":\"y\"}",
                            404,
                            "{\"error\":\"model \\\"absent-model\\\" not found\"}")
                    .reply("DELETE /api/delete", 200, "")
                    .reply("DELETE /api/delete {\"model\":\"absent-model\"}", 404, ABSENT);
            replay(server.port(), WITH_RECORDED_REPLIES);
            assertThat(server.requests())
                    .contains("DELETE /api/delete {\"model\":\"quiet\"}", "DELETE /api/delete {\"model\":\"all\"}");
        }
    }

    @Test
    void everyRecordingIsComparedOrHasAReason() throws IOException {
        var differences = new ClientDifferences();
        var compared = new ArrayList<>(WITH_REAL_MODELS);
        compared.addAll(WITH_RECORDED_REPLIES);
        for (String name : Recording.names()) {
            assertThat(differences.of(name).contains(ClientDifferences.NOT_COMPARED))
                    .as(name)
                    .isNotEqualTo(compared.contains(name));
        }
    }

    private void replay(int port, List<String> names) throws IOException {
        var differences = new ClientDifferences();
        for (String name : names) {
            Recording recorded = Recording.read(name);
            ClientRun ours = ClientRun.of(port, recorded.input(), recorded.arguments());
            // The recording has this in place of the folder of its store.
            String out = ours.out().replace(folder.toString(), "$OLLAMA_MODELS");
            differences.check(name, recorded, new ClientRun(ours.code(), out, ours.err()));
        }
    }
}
