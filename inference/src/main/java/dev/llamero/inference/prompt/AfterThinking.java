package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.TokenConstraint;
import dev.llamero.inference.engine.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * Lets a model think freely and holds its content to a constraint, in one sequence: the constraint is armed by the text
 * that ends the thinking, or by the first token of an answer that does not begin with thinking. Owns the constraint;
 * engine's thread only.
 *
 * <p>Text is compared as bytes, since a token may end within a character.
 */
public final class AfterThinking implements TokenConstraint {
    /** White space between thinking and content, which belongs to neither; Qwen3 writes two newlines. */
    private static final int GAP_MAX = 4;

    private enum State {
        /** Nothing but space, or a part of the open tag. */
        BEFORE,
        INSIDE,
        /** Behind the close tag; only space so far. */
        GAP,
        /** Content: the constraint decides. */
        CONTENT
    }

    private final TokenConstraint content;
    private final Tokenizer tokenizer;
    private final Set<Integer> shown;
    private final String open;
    private final String close;
    private State state;
    /** What decides the state: the answer so far before thinking, its last bytes inside, the space behind it. */
    private String held = "";

    private State nextState;
    private String nextHeld;

    /**
     * For an answer to a prompt: one that ends with the open tag starts inside.
     *
     * @param shown control tokens whose text is part of the answer
     */
    public AfterThinking(
            TokenConstraint content, Tokenizer tokenizer, Set<Integer> shown, String prompt, AnswerTags tags) {
        this.content = content;
        this.tokenizer = tokenizer;
        this.shown = shown;
        this.open = bytes(tags.thinkOpen().strip());
        this.close = bytes(tags.contentStart());
        boolean inside = tags.isHarmony()
                ? !prompt.endsWith(tags.contentStart())
                : prompt.stripTrailing().endsWith(tags.thinkOpen().strip());
        this.state = inside ? State.INSIDE : tags.isHarmony() ? State.CONTENT : State.BEFORE;
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean allows(int token) {
        return isFree(token) || mayBeContent() && content.allows(token);
    }

    /** A constraint can only begin where no part of a tag was written. */
    private boolean mayBeContent() {
        return state == State.CONTENT || state == State.GAP || state == State.BEFORE && held.isBlank();
    }

    /** Whether the token is no content; sets what comes after it. */
    private boolean isFree(int token) {
        if (state == State.CONTENT || tokenizer.endsGeneration(token)) {
            return false;
        }
        String piece = new String(tokenizer.bytes(token, shown.contains(token)), StandardCharsets.ISO_8859_1);
        return switch (state) {
            case BEFORE -> !piece.isEmpty() && before(held + piece);
            case INSIDE -> inside(held + piece);
            case GAP -> !piece.isEmpty() && gap(held + piece);
            case CONTENT -> false;
        };
    }

    private boolean before(String text) {
        String visible = text.stripLeading();
        if (visible.startsWith(open)) {
            return inside(visible.substring(open.length()));
        }
        return open.startsWith(visible) && move(State.BEFORE, text);
    }

    private boolean inside(String text) {
        int end = text.indexOf(close);
        if (end >= 0) {
            return gap(text.substring(end + close.length()));
        }
        return move(State.INSIDE, text.substring(Math.max(0, text.length() - close.length() + 1)));
    }

    private boolean gap(String text) {
        return text.isBlank() && text.length() <= GAP_MAX && move(State.GAP, text);
    }

    private boolean move(State next, String nowHeld) {
        nextState = next;
        nextHeld = nowHeld;
        return true;
    }

    @Override
    public void mask(float[] logits) {
        if (state == State.CONTENT) {
            content.mask(logits);
            return;
        }
        float[] asContent = null;
        if (mayBeContent()) {
            asContent = Arrays.copyOf(logits, logits.length);
            content.mask(asContent);
        }
        for (int token = 0; token < Math.min(logits.length, tokenizer.vocabularySize()); token++) {
            if (!isFree(token)) {
                logits[token] = asContent == null ? Float.NEGATIVE_INFINITY : asContent[token];
            }
        }
    }

    @Override
    public void accept(int token) {
        if (isFree(token)) {
            state = nextState;
            held = nextHeld;
            return;
        }
        state = State.CONTENT;
        content.accept(token);
    }

    @Override
    public void close() {
        content.close();
    }
}
