package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.Tokenizer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long text reaches the native tokenizer in parts, cut only where a special token stands alone. */
class TokenizingPoolTest {
    private final TokenizingPool pool = new TokenizingPool();
    private final List<String> encoded = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        pool.close();
    }

    /** Notes the texts; puts a token in front of and behind a text, which would be seen twice if parts had them too. */
    private final class RecordingTokenizer implements Tokenizer {
        private final PieceTokenizer pieces = new PieceTokenizer(
                "<|end|>", "<|a|>", "<|a|>b<|", "<|lone|>", "x", " ", "<|begin|>", "b", "a", "<|", "|>");

        @Override
        public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
            encoded.add(text);
            int[] inner = pieces.encode(text, false, parseSpecial);
            return addSpecial
                    ? TokenizingPool.joined(List.of(pieces.tokens("<|begin|>"), inner, pieces.tokens("<|end|>")))
                    : inner;
        }

        @Override
        public byte[] bytes(int token, boolean renderSpecial) {
            return pieces.bytes(token, renderSpecial);
        }

        @Override
        public int[] specialTokens() {
            return pieces.specialTokens();
        }

        @Override
        public boolean endsGeneration(int token) {
            return token == 0;
        }

        @Override
        public int vocabularySize() {
            return pieces.vocabularySize();
        }
    }

    @Test
    void aLongTextOfSpecialTokensIsReadInShortParts() throws Exception {
        String text = "<|lone|>".repeat(100_000);
        int[] tokens = pool.encode(new RecordingTokenizer(), text);
        assertThat(tokens).hasSize(100_002);
        assertThat(encoded).allSatisfy(part -> assertThat(part).hasSizeLessThan(3_000));
    }

    @Test
    void partsAreTheWhole() throws Exception {
        var tokenizer = new RecordingTokenizer();
        String text = "x<|a|>b<|a|> <|lone|>x<|lone|>x".repeat(900);
        int[] tokens = pool.encode(tokenizer, text);
        assertThat(encoded.size()).isGreaterThan(3);
        assertThat(tokens).containsExactly(tokenizer.encode(text, true, true));
    }

    @Test
    void textWithoutSpecialTokensIsReadAtOnce() throws Exception {
        String text = "x ".repeat(5_000);
        assertThat(pool.encode(new RecordingTokenizer(), text)).hasSize(10_002);
        assertThat(encoded).containsExactly(text);
    }
}
