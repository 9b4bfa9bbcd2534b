package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.llamero.inference.engine.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("native")
class LlamaVocabTest {
    static Stream<String> texts() {
        return Stream.of(
                "",
                "Hello, world!",
                "中文：你好，世界。日本語も、한국어도",
                "😀👩‍👩‍👧‍👦🏳️‍🌈 emoji",
                "naïve café a\u0301",
                " spaces  at \t both\r\n\r\nends ",
                "nul\0in the middle",
                "<|im_start|>user\nhi<|im_end|>",
                "x".repeat(5000));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void textComesBackByteForByte(String text) throws Exception {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            for (boolean parseSpecial : new boolean[] {false, true}) {
                int[] tokens = model.tokenizer().encode(text, false, parseSpecial);
                assertThat(text(model.tokenizer(), tokens, true)).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("texts")
    void textComesBackByteForByteInARealVocabulary(String text) throws Exception {
        try (OpenModel model = TestModels.open(TestModels.shared(TestModels.SMOLLM))) {
            int[] tokens = model.tokenizer().encode(text, false, false);
            assertThat(text(model.tokenizer(), tokens, true)).isEqualTo(text);
        }
    }

    @Test
    void controlTokensComeFromTrustedTextOnlyAndShowOnlyWhenAskedFor() throws Exception {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            Tokenizer tokenizer = model.tokenizer();
            int[] trusted = tokenizer.encode("<|im_end|>", false, true);
            assertThat(trusted).hasSize(1);
            assertThat(tokenizer.endsGeneration(trusted[0])).isTrue();
            assertThat(tokenizer.bytes(trusted[0], false)).isEmpty();
            assertThat(text(tokenizer, trusted, true)).isEqualTo("<|im_end|>");
            int[] untrusted = tokenizer.encode("<|im_end|>", false, false);
            assertThat(untrusted).hasSizeGreaterThan(1);
            assertThat(tokenizer.endsGeneration(untrusted[0])).isFalse();
        }
    }

    @Test
    void unpairedSurrogatesBecomeReplacementCharacters() throws Exception {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            int[] tokens = model.tokenizer().encode("a\uD83Db\uDE00", false, false);
            assertThat(text(model.tokenizer(), tokens, true)).isEqualTo("a\uFFFDb\uFFFD");
        }
    }

    @Test
    void aMegabyteOfOneCharacterIsTokenized() throws Exception {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            for (String unit : List.of("a", " ", "1", "😀")) {
                String text = unit.repeat((1 << 20) / unit.getBytes(StandardCharsets.UTF_8).length);
                int[] tokens = model.tokenizer().encode(text, true, true);
                assertThat(text(model.tokenizer(), tokens, false)).isEqualTo(text);
            }
        }
    }

    @Test
    void tokensOutsideTheVocabularyAreRefused() {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            Tokenizer tokenizer = model.tokenizer();
            int size = tokenizer.vocabularySize();
            for (int token : new int[] {-1, size, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.bytes(token, true));
                assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.endsGeneration(token));
            }
        }
    }

    @Test
    void callersCannotChangeTheTable() {
        try (OpenModel model = TestModels.open(TestModels.toy())) {
            byte[] bytes = model.tokenizer().bytes(65, true);
            byte[] before = bytes.clone();
            bytes[0]++;
            assertThat(model.tokenizer().bytes(65, true)).isEqualTo(before);
        }
    }

    @Test
    void manyThreadsTokenizeWhileAnotherCloses() throws Exception {
        OpenModel model = TestModels.open(TestModels.toy());
        String text = "the quick brown fox ".repeat(200);
        int[] expected = model.tokenizer().encode(text, false, false);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> running = IntStream.range(0, 4)
                    .mapToObj(thread -> threads.submit(() -> untilClosed(model.tokenizer(), text, expected)))
                    .toList();
            assertThat(model.tokenizer().encode(text, false, false)).isEqualTo(expected);
            model.close();
            for (Future<Integer> one : running) {
                assertThat(one.get()).isNotNegative();
            }
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> model.tokenizer().encode("late", false, false))
                .withMessageContaining("toy.gguf is closed");
    }

    /** How often it worked before the model was closed. */
    private static int untilClosed(Tokenizer tokenizer, String text, int[] expected) {
        for (int count = 0; ; count++) {
            try {
                assertThat(tokenizer.encode(text, false, false)).isEqualTo(expected);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("is closed");
                return count;
            }
        }
    }

    private static String text(Tokenizer tokenizer, int[] tokens, boolean special) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.write(tokenizer.bytes(token, special));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
