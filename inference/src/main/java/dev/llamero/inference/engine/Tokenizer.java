package dev.llamero.inference.engine;

/**
 * Text to token ids and token ids to bytes, for one vocabulary.
 *
 * <p>Implementations are safe to call from any thread at once. {@link #encode} may run for milliseconds in native code
 * on long text, so it belongs on a platform thread, not on a virtual one.
 */
public interface Tokenizer {
    /**
     * Tokens of a text.
     *
     * @param text any text; unpaired surrogates are replaced by U+FFFD before they reach native code
     * @param addSpecial whether to add the tokens that the vocabulary puts around a text (BOS, for one)
     * @param parseSpecial whether text such as {@code <|im_start|>} becomes its control token; false for untrusted text
     */
    int[] encode(String text, boolean addSpecial, boolean parseSpecial);

    /**
     * The bytes of one token, which may be a part of a UTF-8 character.
     *
     * @param token an id of this vocabulary
     * @param renderSpecial whether a control token gives its text; otherwise it gives no bytes
     * @throws IllegalArgumentException if the token is outside the vocabulary
     */
    byte[] bytes(int token, boolean renderSpecial);

    /** The same bytes without a copy of their own, since this is asked for every token of an answer: never changed. */
    default byte[] shared(int token, boolean renderSpecial) {
        return bytes(token, renderSpecial);
    }

    /** Whether this token ends a generation (end of sequence, end of turn). */
    boolean endsGeneration(int token);

    /**
     * Tokens that are searched for in a text before it is split into ordinary ones, if special tokens are parsed.
     */
    default int[] specialTokens() {
        return new int[0];
    }

    /** How many token ids there are. */
    int vocabularySize();
}
