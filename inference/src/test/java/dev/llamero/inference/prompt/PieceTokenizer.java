package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A tokenizer over a list of pieces, which takes the longest that fits. Token 0 ends an answer; special tokens are
 * those in angle brackets with bars. A double with a token per character would hide every question of how a text is
 * split.
 */
final class PieceTokenizer implements Tokenizer {
    private final List<String> pieces;

    PieceTokenizer(String... pieces) {
        this.pieces = List.of(pieces);
    }

    int token(String piece) {
        return pieces.indexOf(piece);
    }

    int[] tokens(String... texts) {
        int[] tokens = new int[texts.length];
        for (int i = 0; i < texts.length; i++) {
            tokens[i] = token(texts[i]);
        }
        return tokens;
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        var tokens = new ArrayList<Integer>();
        int at = 0;
        while (at < text.length()) {
            int best = -1;
            for (int i = 0; i < pieces.size(); i++) {
                String piece = pieces.get(i);
                if (!piece.isEmpty()
                        && text.startsWith(piece, at)
                        && (best < 0 || piece.length() > pieces.get(best).length())) {
                    best = i;
                }
            }
            if (best < 0) {
                throw new AssertionError("no piece for " + text.substring(at));
            }
            tokens.add(best);
            at += pieces.get(best).length();
        }
        return tokens.stream().mapToInt(token -> token).toArray();
    }

    @Override
    public byte[] bytes(int token, boolean renderSpecial) {
        String piece = pieces.get(token);
        return (isSpecial(piece) && !renderSpecial ? "" : piece).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isSpecial(String piece) {
        return piece.startsWith("<|");
    }

    @Override
    public int[] specialTokens() {
        return pieces.stream()
                .filter(PieceTokenizer::isSpecial)
                .mapToInt(this::token)
                .toArray();
    }

    @Override
    public boolean endsGeneration(int token) {
        return token == 0;
    }

    @Override
    public int vocabularySize() {
        return pieces.size();
    }
}
