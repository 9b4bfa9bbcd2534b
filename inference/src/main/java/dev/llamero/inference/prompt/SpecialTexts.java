package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The texts of a vocabulary's special tokens, and where a text may be cut between them so that its parts have the same
 * tokens as the whole. Immutable; any thread.
 */
final class SpecialTexts {
    private final Node root = new Node();
    private final Map<String, Integer> tokens = new HashMap<>();

    SpecialTexts(Tokenizer tokenizer) {
        for (int token : tokenizer.specialTokens()) {
            String text = new String(tokenizer.bytes(token, true), StandardCharsets.UTF_8);
            if (!text.isBlank() && text.indexOf('\uFFFD') < 0) {
                tokens.putIfAbsent(text, token);
                Node node = root;
                for (int i = 0; i < text.length(); i++) {
                    node = node.children.computeIfAbsent(text.charAt(i), c -> new Node());
                }
                node.ends = true;
            }
        }
    }

    /** The special token with this text. */
    Optional<Integer> token(String text) {
        return Optional.ofNullable(tokens.get(text));
    }

    /** Length of the longest special text that begins here; 0 if none does. */
    int lengthAt(String text, int at) {
        Node node = root;
        int length = 0;
        for (int i = at; i < text.length(); i++) {
            node = node.children.get(text.charAt(i));
            if (node == null) {
                break;
            }
            length = node.ends ? i + 1 - at : length;
        }
        return length;
    }

    /**
     * Parts of at least so many characters, but for the last. A cut is made where a special text begins that overlaps
     * no other, and behind a visible character, since some special tokens swallow the space before them.
     */
    List<String> parts(String text, int lengthMin) {
        var parts = new ArrayList<String>();
        int from = 0;
        int reached = 0;
        for (int at = 0; at < text.length(); at++) {
            int length = lengthAt(text, at);
            if (length > 0) {
                boolean far = at - from >= lengthMin && !Character.isWhitespace(text.charAt(at - 1));
                if (far && reached <= at && isAlone(text, at, length)) {
                    parts.add(text.substring(from, at));
                    from = at;
                }
                reached = Math.max(reached, at + length);
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private boolean isAlone(String text, int at, int length) {
        for (int i = at + 1; i < at + length; i++) {
            if (lengthAt(text, i) > 0) {
                return false;
            }
        }
        return true;
    }

    private static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private boolean ends;
    }
}
