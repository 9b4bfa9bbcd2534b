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
            "unknown-command",
            "cp",
            "cp-absent",
            "rm",
            "rm-absent");
    private static final List<String> WITH_RECORDED_REPLIES =
            List.of("show-license", "show-parameters", "show-template");
    private static final List<String> AFTER_CREATING = List.of("rm-two");

    @TempDir
    Path folder;

    @Test
    void ourServerAndClientPrintWhatOllamasDo() throws Exception {
        assumeTrue(StoreServer.hasModels(), "no models beside the checkout; the recordings cannot be replayed");
        try (var server = StoreServer.real(folder, List.of("pirate", "minilm", "smol", "tiny-qwen3"))) {
            replay(server.port(), WITH_REAL_MODELS);
            for (String name : List.of("quiet", "all")) {
                ClientRun made = ClientRun.of(server.port(), "", List.of("cp", "smol", name));
                assertThat(made.code()).as(made.err()).isZero();
            }
            replay(server.port(), AFTER_CREATING);
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
            server.reply("POST /api/show", 200, all);
            replay(server.port(), WITH_RECORDED_REPLIES);
        }
    }

    @Test
    void everyRecordingIsComparedOrHasAReason() throws IOException {
        var differences = new ClientDifferences();
        var compared = new ArrayList<>(WITH_REAL_MODELS);
        compared.addAll(WITH_RECORDED_REPLIES);
        compared.addAll(AFTER_CREATING);
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
