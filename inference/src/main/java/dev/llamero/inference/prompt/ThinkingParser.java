package dev.llamero.inference.prompt;

/**
 * Splits thinking from content by a model's tags, by the rules of the specification's
 * section 10.3. Used by one thread.
 */
final class ThinkingParser {
    static final String OPEN = "<think>";
    static final String CLOSE = "</think>";

    private enum State {
        /** Nothing but space so far: an open tag may still come. */
        BEFORE,
        /** Behind the open tag, where space is dropped. */
        OPENED,
        INSIDE,
        /** Behind the close tag, where space is dropped. */
        CLOSED,
        CONTENT
    }

    private final StringBuilder held = new StringBuilder();
    private final String open;
    private final String close;
    private State state;

    /** The text before a call, which ends thinking as well; "" if calls are not looked for. */
    private final String call;

    private ThinkingParser(AnswerTags tags, State state, boolean calls) {
        this.call = calls && tags.calls() instanceof AnswerTags.Calls.Marked marked
                ? marked.marks().getFirst().open()
                : "";
        this.open = tags.thinkOpen();
        this.close = tags.thinkClose();
        this.state = state;
    }

    /**
     * For an answer to a prompt: one that ends with the open tag starts inside.
     *
     * @param calls whether tool calls are looked for
     */
    static ThinkingParser after(String prompt, AnswerTags tags, boolean calls) {
        boolean inside = prompt.stripTrailing().endsWith(tags.thinkOpen());
        return new ThinkingParser(tags, inside ? State.OPENED : State.BEFORE, calls);
    }

    /** Takes a piece and adds what is decided to the two texts. */
    void accept(String text, StringBuilder thinking, StringBuilder content) {
        held.append(text);
        boolean goesOn = true;
        while (goesOn && !held.isEmpty()) {
            goesOn = switch (state) {
                case BEFORE -> before();
                case OPENED -> dropSpace(State.INSIDE);
                case INSIDE -> inside(thinking);
                case CLOSED -> dropSpace(State.CONTENT);
                case CONTENT -> release(content);
            };
        }
    }

    /** Adds what is still held; unlike Ollama, which loses it. */
    void finish(StringBuilder thinking, StringBuilder content) {
        (state == State.INSIDE || state == State.OPENED ? thinking : content)
                .append(state == State.CLOSED || state == State.OPENED ? "" : held);
        held.setLength(0);
    }

    private boolean before() {
        int start = firstVisible();
        if (held.length() - start >= open.length() && held.indexOf(open, start) == start) {
            held.delete(0, start + open.length());
            state = State.OPENED;
            return true;
        }
        if (open.startsWith(held.substring(start))) {
            return false;
        }
        state = State.CONTENT;
        return true;
    }

    private boolean dropSpace(State next) {
        held.delete(0, firstVisible());
        if (!held.isEmpty()) {
            state = next;
        }
        return true;
    }

    private boolean inside(StringBuilder thinking) {
        int end = held.indexOf(close);
        int calling = call.isEmpty() ? -1 : held.indexOf(call);
        if (calling >= 0 && (end < 0 || calling < end)) {
            // Some models begin a call without closing their thinking (specification 10.4).
            thinking.append(held, 0, calling);
            held.delete(0, calling);
            state = State.CONTENT;
            return true;
        }
        if (end >= 0) {
            thinking.append(held, 0, end);
            held.delete(0, end + close.length());
            state = State.CLOSED;
            return true;
        }
        int keep = Math.max(Tags.partialAtEnd(held, close), call.isEmpty() ? 0 : Tags.partialAtEnd(held, call));
        thinking.append(held, 0, held.length() - keep);
        held.delete(0, held.length() - keep);
        return false;
    }

    private boolean release(StringBuilder content) {
        content.append(held);
        held.setLength(0);
        return false;
    }

    private int firstVisible() {
        int at = 0;
        while (at < held.length() && Character.isWhitespace(held.charAt(at))) {
            at++;
        }
        return at;
    }
}
