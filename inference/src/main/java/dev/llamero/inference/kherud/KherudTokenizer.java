package dev.llamero.inference.kherud;

import de.kherud.llama.LlamaModel;
import dev.llamero.inference.engine.Tokenizer;
import java.nio.charset.StandardCharsets;

/**
 * The library's tokenizer. It always adds the vocabulary's own special tokens and always reads control tokens in a
 * text, and does not tell which tokens end a generation: it ends generations itself.
 */
final class KherudTokenizer implements Tokenizer {
    private final LlamaModel model;
    private final int vocabularySize;

    KherudTokenizer(LlamaModel model, int vocabularySize) {
        this.model = model;
        this.vocabularySize = vocabularySize;
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        // Unpaired surrogates become '?', which is what UTF-8 encoding in Java does.
        return model.encode(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    @Override
    public byte[] bytes(int token, boolean renderSpecial) {
        if (token < 0 || token >= vocabularySize) {
            throw new IllegalArgumentException("token " + token + " is outside the vocabulary of " + vocabularySize);
        }
        return model.decode(new int[] {token}).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean endsGeneration(int token) {
        return false;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }
}
