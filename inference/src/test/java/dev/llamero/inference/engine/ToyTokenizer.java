package dev.llamero.inference.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A token per byte, one that begins and one that ends. */
final class ToyTokenizer implements Tokenizer {
    static final int BEGIN = 256;
    static final int END = 257;
    static final int VOCABULARY = 258;
    private static final String END_TEXT = "<|im_end|>";

    private final byte[][] shared = new byte[VOCABULARY][];

    ToyTokenizer() {
        for (int token = 0; token < VOCABULARY; token++) {
            shared[token] = bytes(token, false);
        }
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        TokenList tokens = new TokenList();
        if (addSpecial) {
            tokens.add(BEGIN);
        }
        int from = 0;
        int end = parseSpecial ? text.indexOf(END_TEXT) : -1;
        while (end >= 0) {
            addBytes(text.substring(from, end), tokens);
            tokens.add(END);
            from = end + END_TEXT.length();
            end = text.indexOf(END_TEXT, from);
        }
        addBytes(text.substring(from), tokens);
        int[] result = new int[tokens.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = tokens.get(i);
        }
        return result;
    }

    private static void addBytes(String text, TokenList into) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            into.add(b & 0xFF);
        }
    }

    @Override
    public byte[] bytes(int token, boolean renderSpecial) {
        if (token < 0 || token >= VOCABULARY) {
            throw new IllegalArgumentException("token " + token + " is outside the vocabulary of " + VOCABULARY);
        }
        if (token < 256) {
            return new byte[] {(byte) token};
        }
        String text = token == END ? END_TEXT : "<|begin|>";
        return renderSpecial ? text.getBytes(StandardCharsets.UTF_8) : new byte[0];
    }

    @Override
    public byte[] shared(int token, boolean renderSpecial) {
        return renderSpecial ? bytes(token, true) : shared[token];
    }

    /** The text of tokens, without special ones. */
    String decode(int[] tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(bytes(token, false));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean endsGeneration(int token) {
        return token == END;
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }
}
