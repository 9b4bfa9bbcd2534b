package dev.llamero.inference.llama;

import static dev.llamero.inference.llama.TestModels.greedy;
import static dev.llamero.inference.llama.TestModels.logits;
import static dev.llamero.inference.llama.TestModels.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.SavedSequence;
import dev.llamero.models.KvType;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** KV cache, batches and aborts, on the toy model. */
@Tag("native")
class DecoderTest {
    private static final int[] PROMPT = {72, 101, 108, 108, 111, 44, 32, 119};
    private static final float CLOSE = 1e-3f;

    private OpenModel model;
    private Decoder decoder;

    @BeforeEach
    void open() {
        model = TestModels.open(TestModels.toy());
        decoder = model.decoder();
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void tellsItsSizes() {
        assertThat(decoder.contextTokens()).isEqualTo(512);
        assertThat(decoder.sequencesMax()).isEqualTo(4);
        assertThat(decoder.batchTokensMax()).isEqualTo(128);
        assertThat(decoder.vocabularySize()).isEqualTo(model.tokenizer().vocabularySize());
        assertThat(decoder.canShift()).isTrue();
        assertThat(model.info().contextTokens()).isEqualTo(512);
        assertThat(model.info().bytesTotal()).isGreaterThan(1 << 20);
        assertThat(model.hasGpu()).isFalse();
    }

    @Test
    void givesTheSameAnswerInEverySequence() {
        int[] first = greedy(decoder, 0, PROMPT, 12);
        assertThat(greedy(decoder, 3, PROMPT, 12)).isEqualTo(first);
    }

    @Test
    void evaluatesSeveralSequencesInOneStep() {
        step(decoder, 0, 0, PROMPT);
        float[] alone = logits(decoder, PROMPT.length - 1);
        decoder.remove(0, 0, -1);
        Batch batch = new Batch(128);
        int[] other = {65, 66, 67};
        for (int i = 0; i < other.length; i++) {
            batch.add(other[i], i, 1, i == other.length - 1);
        }
        int last = 0;
        for (int i = 0; i < PROMPT.length; i++) {
            last = batch.add(PROMPT[i], i, 0, i == PROMPT.length - 1);
        }
        assertThat(decoder.decode(batch)).isEqualTo(Decoder.Outcome.DONE);
        assertThat(logits(decoder, last)).usingComparatorWithPrecision(CLOSE).containsExactly(alone);
    }

    @Test
    void copiedCellsSaveEvaluatingAPrefix() {
        int expected = step(decoder, 0, 0, PROMPT);
        decoder.remove(0, PROMPT.length - 1, -1);
        decoder.copy(0, 2, 0, PROMPT.length - 1);
        assertThat(step(decoder, 2, PROMPT.length - 1, PROMPT[PROMPT.length - 1]))
                .isEqualTo(expected);
        // The source is still whole after the copy's cells are gone.
        decoder.remove(2, 0, -1);
        assertThat(step(decoder, 0, PROMPT.length - 1, PROMPT[PROMPT.length - 1]))
                .isEqualTo(expected);
    }

    @Test
    void removingTheTailRewindsASequence() {
        int[] answer = greedy(decoder, 1, PROMPT, 10);
        assertThat(decoder.remove(1, PROMPT.length, -1)).isTrue();
        int next = answer[0];
        for (int i = 0; i < 9; i++) {
            next = step(decoder, 1, PROMPT.length + i, next);
            assertThat(next).isEqualTo(answer[i + 1]);
        }
    }

    @Test
    void aShiftClosesAGapAndTheSequenceGoesOn() {
        step(decoder, 0, 0, PROMPT);
        assertThat(decoder.remove(0, 2, 5)).isTrue();
        decoder.shift(0, 5, PROMPT.length, -3);
        int next = step(decoder, 0, PROMPT.length - 3, 33);
        assertThat(next).isBetween(0, decoder.vocabularySize() - 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step(decoder, 0, PROMPT.length, 33))
                .withMessageContaining("does not follow " + (PROMPT.length - 3));
    }

    @Test
    void saysWhenTheCacheIsFullAndLeavesItAsItWas() {
        for (int at = 0; at < 512; at += 128) {
            step(decoder, at / 128, 0, repeated(128));
        }
        Batch one = new Batch(1);
        one.add(65, 128, 0, true);
        assertThat(decoder.decode(one)).isEqualTo(Decoder.Outcome.NO_ROOM);
        assertThat(decoder.remove(1, 0, -1)).isTrue();
        assertThat(decoder.decode(one)).isEqualTo(Decoder.Outcome.DONE);
    }

    @Test
    void anAbortEndsOneStep() {
        step(decoder, 0, 0, PROMPT);
        Batch batch = new Batch(1);
        batch.add(65, PROMPT.length, 0, true);
        decoder.abort();
        assertThat(decoder.decode(batch)).isEqualTo(Decoder.Outcome.ABORTED);
        assertThat(decoder.decode(batch)).isEqualTo(Decoder.Outcome.DONE);
    }

    @Test
    void refusesWhatWouldEndTheProcess() {
        int vocabulary = decoder.vocabularySize();
        refuses("token -1", row(-1, 0, 0));
        refuses("token " + vocabulary, row(vocabulary, 0, 0));
        refuses("sequence 4", row(65, 0, 4));
        refuses("sequence -1", row(65, 0, -1));
        refuses("position 512", row(65, 512, 0));
        refuses("position -1", row(65, -1, 0));
        refuses("does not follow -1", row(65, 3, 0));
        refuses("batch of 0 rows", () -> decoder.decode(new Batch(1)));
        refuses("batch of 129 rows", () -> step(decoder, 0, 0, repeated(129)));
        refuses("has no logits", () -> decoder.logits(1, new float[vocabulary]));
        refuses("sequence 9", () -> decoder.remove(9, 0, -1));
        refuses("position -5", () -> decoder.remove(0, -5, -1));
        refuses("onto itself", () -> decoder.copy(1, 1, 0, 1));
        refuses("no range", () -> decoder.copy(0, 1, 5, 2));
        refuses("leaves the context", () -> decoder.shift(0, 1, 5, -2));
        step(decoder, 0, 0, 65, 66);
        refuses("cannot hold", () -> decoder.logits(1, new float[3]));
        refuses("has no logits", () -> decoder.logits(0, new float[vocabulary]));
        step(decoder, 1, 0, 65);
        refuses("already ends at 0", () -> decoder.copy(0, 1, 0, 2));
    }

    @Test
    void refusesMoreRowsWithLogitsThanThereIsMemoryFor() {
        Batch batch = new Batch(128);
        for (int i = 0; i < 128; i++) {
            batch.add(65, i, 0, true);
        }
        refuses("wants logits of 128 rows", () -> decoder.decode(batch));
    }

    @Test
    void aQuantisedCacheGivesNearlyTheSame() {
        step(decoder, 0, 0, PROMPT);
        float[] exact = logits(decoder, PROMPT.length - 1);
        ModelSettings settings = new ModelSettings(512, 1, 4, 0, KvType.Q8_0, 1, 64, false);
        try (OpenModel quantised = TestModels.runtime().open(TestModels.toy(), settings, LoadProgress.NONE)) {
            step(quantised.decoder(), 0, 0, PROMPT);
            float[] rounded = logits(quantised.decoder(), PROMPT.length - 1);
            assertThat(cosine(exact, rounded)).isGreaterThan(0.99);
            assertThat(rounded).isNotEqualTo(exact);
            assertThat(quantised.info().bytesTotal()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KvType.class,
            names = {"F16", "Q8_0"})
    void restoredCellsGoOnExactlyAsTheOldOnes(KvType kvType) {
        ModelSettings settings = new ModelSettings(512, 1, 4, 0, kvType, 1, 128, true);
        try (OpenModel opened = TestModels.runtime().open(TestModels.toy(), settings, LoadProgress.NONE)) {
            Decoder each = opened.decoder();
            step(each, 0, 0, PROMPT);
            step(each, 1, 0, 65, 66);
            SavedSequence saved = each.save(0, 0, PROMPT.length).orElseThrow();
            assertThat(saved.bytes()).isEqualTo(each.savedBytes(PROMPT.length)).isPositive();
            step(each, 0, PROMPT.length, 33);
            float[] before = logits(each, 0);
            assertThat(each.remove(0, 0, -1)).isTrue();
            step(each, 2, 0, 70, 71, 72);
            assertThat(each.restore(saved, 3)).isTrue();
            step(each, 3, PROMPT.length, 33);
            assertThat(logits(each, 0)).usingComparatorWithPrecision(CLOSE).containsExactly(before);
            // The saved cells are still there, for a second conversation with the same beginning.
            assertThat(each.restore(saved, 0)).isTrue();
            assertThat(each.remove(0, 4, -1)).isTrue();
            step(each, 0, 4, PROMPT[4]);
            saved.close();
        }
    }

    @Test
    void partsOfASequenceCanBeSavedAndPutTogetherAgain() {
        step(decoder, 0, 0, PROMPT);
        step(decoder, 1, 0, 65, 66, 67);
        List<SavedSequence> parts = List.of(
                decoder.save(0, 0, 3).orElseThrow(),
                decoder.save(0, 3, 4).orElseThrow(),
                decoder.save(0, 4, PROMPT.length).orElseThrow());
        step(decoder, 0, PROMPT.length, 33);
        float[] before = logits(decoder, 0);
        assertThat(decoder.remove(0, 0, -1)).isTrue();
        step(decoder, 2, 0, 70, 71, 72);
        refuses("which ends at -1", () -> decoder.restore(parts.get(1), 3));
        for (SavedSequence part : parts) {
            assertThat(decoder.restore(part, 3)).isTrue();
        }
        step(decoder, 3, PROMPT.length, 33);
        assertThat(logits(decoder, 0)).usingComparatorWithPrecision(CLOSE).containsExactly(before);
        parts.forEach(SavedSequence::close);
    }

    @Test
    void aRestoreWithoutRoomLeavesTheTargetEmpty() {
        for (int sequence = 0; sequence < 3; sequence++) {
            step(decoder, sequence, 0, repeated(128));
        }
        SavedSequence saved = decoder.save(0, 0, 128).orElseThrow();
        step(decoder, 3, 0, repeated(1));
        step(decoder, 2, 128, repeated(100));
        assertThat(decoder.remove(3, 0, -1)).isTrue();
        assertThat(decoder.restore(saved, 3)).isFalse();
        assertThat(step(decoder, 3, 0, 65)).isNotNegative();
        assertThat(decoder.remove(3, 0, -1)).isTrue();
        assertThat(decoder.remove(1, 0, -1)).isTrue();
        assertThat(decoder.restore(saved, 3)).isTrue();
    }

    @Test
    void savedCellsOutliveNeitherTheirCloseNorTheModel() {
        step(decoder, 0, 0, PROMPT);
        SavedSequence closed = decoder.save(0, 0, PROMPT.length).orElseThrow();
        SavedSequence left = decoder.save(0, 0, PROMPT.length).orElseThrow();
        closed.close();
        closed.close();
        refuses("closed or another decoder's", () -> decoder.restore(closed, 1));
        refuses("ends at 7", () -> decoder.restore(left, 0));
        refuses("sequence 9", () -> decoder.restore(left, 9));
        refuses("sequence 9", () -> decoder.save(9, 0, 1));
        refuses("which ends at -1", () -> decoder.save(1, 0, 1));
        refuses("which ends at 7", () -> decoder.save(0, 4, 9));
        assertThat(((LlamaDecoder) decoder).savedOpen()).isOne();
        model.close();
        assertThat(((LlamaDecoder) decoder).savedOpen()).isZero();
    }

    private void refuses(String words, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }

    private ThrowingCallable row(int token, int position, int sequence) {
        Batch batch = new Batch(1);
        batch.add(token, position, sequence, true);
        return () -> decoder.decode(batch);
    }

    private static int[] repeated(int count) {
        int[] tokens = new int[count];
        Arrays.fill(tokens, 65);
        return tokens;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
