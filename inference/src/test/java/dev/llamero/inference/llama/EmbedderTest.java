package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedding mode of llama.cpp, with models of both kinds: those that see a whole text at once, and generators. */
@Tag("native")
class EmbedderTest {
    private static final int DIMENSIONS = 384;
    private static final int MEAN = 1;
    private static final int LAST = 3;
    private static final int RANK = 4;

    @TempDir
    Path folder;

    private static OpenEmbedder open(Path path) {
        return TestModels.runtime()
                .openEmbedder(path, new ModelSettings(256, 1, 8, 0, KvType.F16, 1, 256, true), LoadProgress.NONE);
    }

    private static float[] alone(OpenEmbedder open, int[] input) {
        return open.encoder().encode(List.of(input)).getFirst();
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            squaresA += a[i] * a[i];
            squaresB += b[i] * b[i];
        }
        return dot / Math.sqrt(squaresA * squaresB);
    }

    private static void assertSameAloneAndTogether(OpenEmbedder open, String... texts) {
        List<int[]> inputs = Arrays.stream(texts)
                .map(text -> open.tokenizer().encode(text, true, true))
                .toList();
        List<float[]> together = open.encoder().encode(inputs);
        for (int i = 0; i < texts.length; i++) {
            float[] alone = alone(open, inputs.get(i));
            assertThat(cosine(together.get(i), alone)).as(texts[i]).isCloseTo(1, within(1e-4));
        }
        assertThat(cosine(together.get(0), together.get(1))).isLessThan(0.99);
    }

    @Test
    void textsOfOneStepDoNotSeeEachOther() {
        try (OpenEmbedder open = open(TestModels.shared(TestModels.EMBEDDER))) {
            assertSameAloneAndTogether(open, "the cat sat on the mat", "quarterly results", "ein Satz");
            assertThat(alone(open, new int[] {101, 102})).hasSize(DIMENSIONS);
        }
    }

    @Test
    void textsOfLikeMeaningAreNearer() {
        try (OpenEmbedder open = open(TestModels.shared(TestModels.EMBEDDER))) {
            float[] cat = alone(open, open.tokenizer().encode("a cat sleeps", true, true));
            float[] kitten = alone(open, open.tokenizer().encode("the kitten is asleep", true, true));
            float[] tax = alone(open, open.tokenizer().encode("income tax law", true, true));
            assertThat(cosine(cat, kitten)).isGreaterThan(cosine(cat, tax) + 0.3);
        }
    }

    @Test
    void aStepTakesAsManyTokensAsTheContextAndNoMore() {
        try (OpenEmbedder open = open(TestModels.shared(TestModels.EMBEDDER))) {
            assertThat(open.encoder().tokensMax()).isEqualTo(256);
            assertThat(open.info().contextTokens()).isEqualTo(256);
            int[] whole = new int[256];
            Arrays.fill(whole, 2773);
            assertThat(alone(open, whole)).hasSize(DIMENSIONS).doesNotContain(Float.NaN);
            assertThatIllegalArgumentException().isThrownBy(() -> alone(open, new int[257]));
            assertThatIllegalArgumentException().isThrownBy(() -> alone(open, new int[0]));
            assertThatIllegalArgumentException().isThrownBy(() -> alone(open, new int[] {1 << 20}));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open.encoder().encode(java.util.Collections.nCopies(9, new int[] {1})));
        }
    }

    @Test
    void aGeneratorThatPoolsItsLastTokenForgetsEachStep() throws IOException {
        try (OpenEmbedder open = open(pooling(LAST))) {
            assertSameAloneAndTogether(open, "one text", "another text", "third");
        }
    }

    @Test
    void aGeneratorThatPoolsTheMeanGivesOneVectorPerText() throws IOException {
        try (OpenEmbedder open = open(pooling(MEAN))) {
            assertSameAloneAndTogether(open, "one text", "another text");
        }
    }

    @Test
    void aModelWithoutPoolingAndARerankerAreRefused() throws IOException {
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> open(TestModels.toy()).close())
                .withMessageContaining("pooling type 0");
        Path reranker = pooling(RANK);
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> open(reranker).close())
                .withMessageContaining("pooling type 4");
    }

    @Test
    void useAfterCloseIsAnExceptionAndClosingTwiceIsNone() throws IOException {
        OpenEmbedder open = open(pooling(MEAN));
        open.close();
        open.close();
        assertThatIllegalStateException().isThrownBy(() -> alone(open, new int[] {1}));
        assertThatIllegalStateException().isThrownBy(() -> open.tokenizer().encode("text", true, true));
    }

    /**
     * The toy model with a pooling type put in front of its metadata, and a filler so that its tensors stay aligned.
     */
    private Path pooling(int type) throws IOException {
        byte[] toy = Files.readAllBytes(TestModels.toy());
        ByteBuffer changed = ByteBuffer.allocate(toy.length + 64).order(ByteOrder.LITTLE_ENDIAN);
        changed.put(toy, 0, 16);
        changed.putLong(ByteBuffer.wrap(toy).order(ByteOrder.LITTLE_ENDIAN).getLong(16) + 2);
        text(changed, "qwen3.pooling_type").putInt(4).putInt(type);
        text(text(changed, "filler").putInt(8), "abcd");
        changed.put(toy, 24, toy.length - 24);
        return Files.write(folder.resolve("pooling-" + type + ".gguf"), changed.array());
    }

    private static ByteBuffer text(ByteBuffer into, String text) {
        return into.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }
}
