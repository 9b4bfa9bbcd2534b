package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DraftModelsTest {
    /** A vocabulary of these words; the last one ends an answer. */
    private record Words(List<String> words, int end) implements Tokenizer {
        @Override
        public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] bytes(int token, boolean renderSpecial) {
            return words.get(token).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean endsGeneration(int token) {
            return token == end;
        }

        @Override
        public int[] specialTokens() {
            return new int[0];
        }

        @Override
        public int vocabularySize() {
            return words.size();
        }
    }

    private final Words words = new Words(List.of("a", "b", "end"), 2);

    @Test
    void equalVocabulariesFit() {
        assertThat(DraftModels.sameVocabulary(words, new Words(List.of("a", "b", "end"), 2)))
                .isTrue();
    }

    @Test
    void anotherSizeWordOrEndDoesNotFit() {
        assertThat(DraftModels.sameVocabulary(words, new Words(List.of("a", "b"), 2)))
                .isFalse();
        assertThat(DraftModels.sameVocabulary(words, new Words(List.of("a", "c", "end"), 2)))
                .isFalse();
        assertThat(DraftModels.sameVocabulary(words, new Words(List.of("a", "b", "end"), 1)))
                .isFalse();
    }
}
