package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays the recordings of a real Ollama against the real engine with the same models and the same native libraries.
 * Skipped where the models are not beside the checkout.
 */
@Tag("native")
@Timeout(600)
class GoldenModelsTest {
    /** The recorded server's default without a GPU. */
    private static final int CONTEXT = 4_096;

    /**
     * Their first token has two candidates that are 0.06 apart: which one leads depends on how many of the prompt's
     * tokens are evaluated in one step, and so on what was asked before.
     */
    private static final List<String> UNDECIDED = List.of("openai/responses-messages", "anthropic/blocks");

    @TempDir
    Path folder;

    private final List<String> faults = new ArrayList<>();

    @BeforeEach
    void modelsAreThere() {
        assumeTrue(
                Files.isDirectory(RecordedStore.models()),
                () -> "no models in " + RecordedStore.models() + "; the recordings cannot be replayed");
    }

    private static EngineFactory engines(Path folder) {
        return new LlamaEngineFactory(
                NativeSettings.fromEnvironment(System.getenv()),
                KvType.F16,
                1,
                64,
                OptionalLong.of(0),
                new DiskCache(folder, OptionalLong.of(0)),
                StepOptions.DEFAULTS);
    }

    private TestServer server(List<String> installed) throws IOException {
        return server(folder, installed);
    }

    private static TestServer server(Path folder, List<String> installed) throws IOException {
        return new TestServer(new TestServer.Choice(
                List.of(),
                Optional.of(RecordedStore.withModels(folder, installed)),
                engines(folder),
                JinjaTemplates::parse,
                CONTEXT,
                TestServer.limits()));
    }

    @Test
    void anEmptyStoreListsNothing() throws Exception {
        try (var server = server(List.of())) {
            replay(server, "list", "list/tags-empty", "list/ps-empty", "list/v1-models-empty");
        }
        assertNoFaults();
    }

    @Test
    void listAndShowAnswerAsOllamaDoes() throws Exception {
        try (var server = server(List.of("smol", "minilm", "tiny-qwen3", "pirate"))) {
            replayAll(server, "show");
        }
        assertNoFaults();
    }

    @Test
    void tagsAndLoadedModelsAnswerAsOllamaDoes() throws Exception {
        try (var server = server(GoldenReplayTest.INSTALLED)) {
            server.call("POST", "/api/generate", "{\"model\":\"smol\"}");
            replay(
                    server,
                    "list",
                    "list/tags",
                    "list/ps-one",
                    "list/tags-after",
                    "list/v1-model",
                    "list/v1-model-unknown",
                    "list/v1-models");
        }
        assertNoFaults();
    }

    @Test
    void generateChatThinkingAndToolsAnswerAsOllamaDoes() throws Exception {
        try (var server = server(GoldenReplayTest.INSTALLED)) {
            for (String area : List.of("generate", "chat", "thinking", "tools")) {
                replayAll(server, area);
            }
        }
        assertNoFaults();
    }

    @Test
    void embeddingsAndTheRoutesOfOtherDialectsAnswerAsOllamaDoes() throws Exception {
        try (var server = server(GoldenReplayTest.INSTALLED)) {
            for (String area : List.of("embed", "openai", "anthropic")) {
                replayAll(server, area);
            }
            replay(
                    server,
                    "tools",
                    "tools/anthropic",
                    "tools/anthropic-stream",
                    "tools/responses",
                    "tools/responses-stream",
                    "tools/v1",
                    "tools/v1-choice-none",
                    "tools/v1-stream");
        }
        assertNoFaults();
    }

    @Test
    void greetingsOnWhichTheModelIsUndecidedAnswerAsOllamaDoesWithNothingCached() throws Exception {
        for (String name : UNDECIDED) {
            try (var server = server(folder.resolve(name), List.of("smol"))) {
                replay(server, name.substring(0, name.indexOf('/')), name);
            }
        }
        assertNoFaults();
    }

    private void replayAll(TestServer server, String area) throws IOException {
        var accepted = new AcceptedDifferences();
        for (Golden golden : Golden.area(area)) {
            if (UNDECIDED.contains(golden.name())) {
                continue;
            }
            GoldenReplayTest.check(server, folder, golden, accepted, faults);
        }
    }

    private void replay(TestServer server, String area, String... names) throws IOException {
        var accepted = new AcceptedDifferences();
        for (Golden golden : Golden.area(area)) {
            if (List.of(names).contains(golden.name())) {
                GoldenReplayTest.check(server, folder, golden, accepted, faults);
            }
        }
    }

    private void assertNoFaults() {
        assertThat(faults)
                .as("%d faults:\n%s", faults.size(), String.join("\n", faults))
                .isEmpty();
    }
}
