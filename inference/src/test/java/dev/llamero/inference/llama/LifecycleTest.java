package dev.llamero.inference.llama;

import static dev.llamero.inference.llama.TestModels.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import dev.llamero.models.ToyShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening, sharing and closing native objects. */
@Tag("native")
class LifecycleTest {
    private static final int[] PROMPT = {72, 101, 108, 108, 111};

    @TempDir
    Path folder;

    @Test
    void useAfterCloseIsAnExceptionAndClosingTwiceIsNone() {
        OpenModel model = TestModels.open(TestModels.toy());
        Decoder decoder = model.decoder();
        model.close();
        model.close();
        decoder.close();
        Batch batch = new Batch(1);
        batch.add(65, 0, 0, true);
        assertThatIllegalStateException()
                .isThrownBy(() -> decoder.decode(batch))
                .withMessageContaining("toy.gguf is closed");
        assertThatIllegalStateException().isThrownBy(() -> decoder.logits(0, new float[decoder.vocabularySize()]));
        assertThatIllegalStateException().isThrownBy(() -> decoder.remove(0, 0, -1));
        assertThatIllegalStateException().isThrownBy(() -> decoder.copy(0, 1, 0, 1));
        assertThatIllegalStateException().isThrownBy(() -> decoder.shift(0, 1, 2, 1));
        assertThatIllegalStateException().isThrownBy(decoder::abort);
        assertThat(decoder.contextTokens()).isEqualTo(512);
    }

    @Test
    void theEngineMayCloseTheDecoderBeforeTheModel() {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            model.decoder().close();
            assertThat(model.tokenizer().encode("still here", false, false)).isNotEmpty();
        }
    }

    @Test
    void twoModelsAnswerSideBySide() throws IOException {
        Path other = folder.resolve("other.gguf");
        ToyModel.write(other, 99);
        try (OpenModel a = TestModels.open(TestModels.toy());
                OpenModel b = TestModels.open(other)) {
            int[] alone = greedy(a.decoder(), 0, PROMPT, 8);
            assertThat(greedy(b.decoder(), 0, PROMPT, 8)).isNotEqualTo(alone);
            assertThat(greedy(a.decoder(), 1, PROMPT, 8)).isEqualTo(alone);
        }
    }

    @Test
    void closingAbortsARunningStepAndWaitsForIt() throws Exception {
        OpenModel model = TestModels.runtime().open(slowModel(), slowSettings(), LoadProgress.NONE);
        CountDownLatch started = new CountDownLatch(1);
        try (ExecutorService engine = Executors.newSingleThreadExecutor()) {
            Future<Integer> steps = engine.submit(() -> decodeUntilClosed(model.decoder(), started));
            started.await();
            model.close();
            assertThat(steps.get()).isNotNegative();
        }
    }

    @Test
    void anAbortStopsAStepHalfWayAndTheContextGoesOn() throws Exception {
        try (OpenModel model = TestModels.runtime().open(slowModel(), slowSettings(), LoadProgress.NONE);
                ExecutorService engine = Executors.newSingleThreadExecutor()) {
            Decoder decoder = model.decoder();
            CountDownLatch started = new CountDownLatch(1);
            Future<Decoder.Outcome> outcome = engine.submit(() -> decodeUntilNotDone(decoder, started));
            started.await();
            decoder.abort();
            assertThat(outcome.get()).isEqualTo(Decoder.Outcome.ABORTED);
            // Nothing of the aborted step is left: position 0 is free in the sequence that it filled.
            int[] answer = engine.submit(() -> greedy(decoder, 1, PROMPT, 3)).get();
            assertThat(answer).hasSize(3);
            assertThat(decoder.remove(0, 0, -1)).isTrue();
            assertThat(engine.submit(() -> greedy(decoder, 0, PROMPT, 3)).get()).isEqualTo(answer);
        }
    }

    @Test
    void openingAndClosingLeavesNoMemoryBehind() throws IOException {
        for (int i = 0; i < 20; i++) {
            openAndClose();
        }
        long before = residentKibibytes();
        for (int i = 0; i < 200; i++) {
            openAndClose();
        }
        // One context of the toy is over 4 MiB, so a leak of it would show as a gigabyte.
        assertThat(residentKibibytes() - before).isLessThan(150_000);
    }

    private static void openAndClose() {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            model.tokenizer().encode("hello", false, false);
            TestModels.step(model.decoder(), 0, 0, PROMPT);
        }
    }

    private static long residentKibibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Layers enough for a full batch to take a while on any machine. */
    private Path slowModel() throws IOException {
        Path file = folder.resolve("slow.gguf");
        ToyModel.write(file, ToyShape.small().withLayers(40), 3);
        return file;
    }

    private static ModelSettings slowSettings() {
        return new ModelSettings(1024, 1, 2, 0, KvType.F16, 1, 512, true);
    }

    private static int decodeUntilClosed(Decoder decoder, CountDownLatch started) {
        for (int steps = 0; ; steps++) {
            try {
                fillFirstSequence(decoder, started);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("is closed");
                return steps;
            }
        }
    }

    private static Decoder.Outcome decodeUntilNotDone(Decoder decoder, CountDownLatch started) {
        while (true) {
            Decoder.Outcome outcome = fillFirstSequence(decoder, started);
            if (outcome != Decoder.Outcome.DONE) {
                return outcome;
            }
        }
    }

    private static Decoder.Outcome fillFirstSequence(Decoder decoder, CountDownLatch started) {
        Batch batch = new Batch(512);
        for (int i = 0; i < 512; i++) {
            batch.add(65 + i % 26, i, 0, i == 511);
        }
        started.countDown();
        Decoder.Outcome outcome = decoder.decode(batch);
        decoder.remove(0, 0, -1);
        return outcome;
    }
}
