package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.EngineFigure;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.StepSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real library's cells through files: greedy text is that of an engine whose cells never moved. */
@Tag("native")
@Timeout(300)
class DiskOnLlamaTest {
    private static final int SHARED = 700;

    @TempDir
    Path root;

    private record Answer(String text, int reused) {}

    private BatchingEngine open(Path gguf, KvType kvType, boolean keeps) throws IOException {
        var settings = new ModelSettings(1024, 2, 8, 0, kvType, 2, 256, true);
        OpenModel model = TestModels.runtime().open(gguf, settings, LoadProgress.NONE);
        var limits = new EngineLimits(2, 8, model.info().contextTokens(), keeps ? 1L << 30 : 0);
        var disk = new DiskCache(root, OptionalLong.of(1L << 30));
        return new BatchingEngine(
                "disk",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                limits,
                StepSettings.of(model.info()).withDraftTokensMax(0),
                keeps ? Optional.of(disk.open("disk", kvType.label())) : Optional.empty(),
                model);
    }

    private static Answer ask(BatchingEngine engine, int[] tokens) throws InterruptedException {
        Generation generation = engine.submit(new GenerationRequest(
                "test", "", tokens, SamplingSettings.GREEDY, List.of(), 12, 4, false, -1, null, "", Set.of()));
        StringBuilder text = new StringBuilder();
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            text.append(piece.text());
            event = generation.next();
        }
        return new Answer(
                text.toString(), ((TokenEvent.Finish) event).statistics().reusedTokens());
    }

    /** Two conversations that share their beginning. */
    private static List<int[]> prompts(BatchingEngine engine) {
        String shared = "The sea is wide and the old boats drift under a pale moon. ".repeat(200);
        int[] begin = Arrays.copyOf(engine.tokenizer().encode(shared, false, false), SHARED);
        return List.of(
                joined(begin, engine.tokenizer().encode(" In the far north the old captain saw a", false, false)),
                joined(begin, engine.tokenizer().encode(" He counted the boats: one, two,", false, false)));
    }

    private static int[] joined(int[] one, int[] other) {
        int[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @ParameterizedTest
    @CsvSource({"SMOL, F16", "SMOL, Q8_0", "TOY, F16", "TOY, Q8_0"})
    void textAfterARestartIsThatOfAnEngineThatWentOn(String which, KvType kvType) throws Exception {
        Path gguf = which.equals("SMOL") ? TestModels.shared(TestModels.SMOLLM) : TestModels.toy();
        Answer one;
        Answer two;
        try (BatchingEngine engine = open(gguf, kvType, false)) {
            ask(engine, prompts(engine).getFirst());
            one = ask(engine, prompts(engine).getFirst());
            two = ask(engine, prompts(engine).getLast());
        }
        try (BatchingEngine engine = open(gguf, kvType, true)) {
            ask(engine, prompts(engine).getFirst());
        }
        try (BatchingEngine engine = open(gguf, kvType, true)) {
            int length = prompts(engine).getFirst().length;
            Answer again = ask(engine, prompts(engine).getFirst());
            Answer sharing = ask(engine, prompts(engine).getLast());
            assertThat(again.reused()).isEqualTo(length - 1);
            assertThat(sharing.reused()).isGreaterThanOrEqualTo(SHARED);
            assertThat(engine.figures().get(EngineFigure.DISK_READS)).isGreaterThanOrEqualTo(3);
            assertThat(again.text()).isEqualTo(one.text()).isNotEmpty();
            assertThat(sharing.text()).isEqualTo(two.text()).isNotEmpty();
        }
    }
}
