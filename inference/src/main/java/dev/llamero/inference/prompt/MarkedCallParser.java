package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.prompt.AnswerTags.Calls;
import dev.llamero.inference.prompt.AnswerTags.Mark;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds calls that stand between marks, or behind one (specification 11.5).
 *
 * <p>White space before and behind a call is dropped. What is between the marks but is no call is given back as content
 * when it is known to be none, at the latest when the answer ends, where Ollama fails or loses it. Linear in the
 * answer. Used by one thread.
 */
final class MarkedCallParser implements CallFinder {
    /** Longest call that is looked for; longer text is content. */
    private static final int CALL_CHARS_MAX = 1 << 20;
    /** White space that is held back, since a call may follow; more is content. */
    private static final int SPACE_MAX = 256;
    /** A value behind a mark without an end begins within so many characters, or it is none. */
    private static final int NAME_CHARS_MAX = 512;

    private static final String BARE_OPEN = "{";
    private static final Mark BARE = new Mark("", "");

    private final List<Mark> marks;
    private final List<String> tags = new ArrayList<>();
    private final boolean takesBare;
    private final ToolTypes tools;
    private final StringBuilder held = new StringBuilder();
    /** The mark whose call is read; null in content. */
    private Mark inside;

    /** White space before the call, which comes back if it is none. */
    private String spaceBefore = "";

    private boolean atStart = true;
    private boolean afterCall;
    /** How much of the call was looked at, and what its brackets say so far. */
    private int searched;

    private JsonScan scan = new JsonScan(false);

    MarkedCallParser(Calls.Marked form, ToolTypes tools) {
        this.marks = form.marks();
        this.takesBare = form.bare();
        this.tools = tools;
        marks.forEach(mark -> tags.add(mark.open()));
        tags.addAll(form.silent());
    }

    @Override
    public String accept(String text, List<ToolCall> calls) {
        held.append(text);
        var content = new StringBuilder();
        while (!held.isEmpty() && (inside == null ? startCall(content) : endCall(calls, content))) {
            // Each round takes something off the front, or begins a call.
            continue;
        }
        return content.toString();
    }

    @Override
    public String finish(List<ToolCall> calls) {
        if (inside == null) {
            String rest = held.toString();
            held.setLength(0);
            return afterCall && rest.isBlank() ? "" : rest;
        }
        // Some models end their turn instead of closing the call.
        var content = new StringBuilder();
        end(held.length(), 0, calls, content);
        return content.append(held).toString();
    }

    private boolean startCall(StringBuilder content) {
        if (afterCall) {
            held.delete(0, spaceAtFront(takesBare ? ";," : ""));
            if (held.isEmpty()) {
                return false;
            }
        }
        if (takesBare && (atStart || afterCall)) {
            int visible = spaceAtFront("");
            if (visible == held.length()) {
                return releaseSpace(content);
            }
            if (held.indexOf(BARE_OPEN, visible) == visible) {
                spaceBefore = "";
                begin(BARE);
                return true;
            }
        }
        int start = -1;
        String tag = "";
        int keep = 0;
        for (String candidate : tags) {
            int at = held.indexOf(candidate);
            if (at >= 0 && (start < 0 || at < start)) {
                start = at;
                tag = candidate;
            }
            keep = Math.max(keep, Tags.partialAtEnd(held, candidate));
        }
        if (start < 0) {
            release(withoutSpace(held.length() - keep), content);
            return false;
        }
        release(withoutSpace(start), content);
        int end = held.indexOf(tag);
        spaceBefore = held.substring(0, end);
        held.delete(0, end + tag.length());
        afterCall = true;
        for (Mark mark : marks) {
            if (mark.open().equals(tag)) {
                begin(mark);
            }
        }
        return true;
    }

    private boolean releaseSpace(StringBuilder content) {
        if (held.length() > SPACE_MAX) {
            release(held.length(), content);
        }
        return false;
    }

    /** Where content ends that is followed by white space which may belong to a call. */
    private int withoutSpace(int end) {
        int visible = end;
        while (visible > 0 && end - visible < SPACE_MAX && Character.isWhitespace(held.charAt(visible - 1))) {
            visible--;
        }
        return end - visible < SPACE_MAX ? visible : end;
    }

    private void release(int length, StringBuilder content) {
        if (length > 0) {
            content.append(held, 0, length);
            held.delete(0, length);
            atStart = false;
            afterCall = false;
        }
    }

    private void begin(Mark mark) {
        inside = mark;
        searched = 0;
        scan = new JsonScan(mark.close().isEmpty());
    }

    private boolean endCall(List<ToolCall> calls, StringBuilder content) {
        String close = inside.close();
        int from = searched;
        for (int i = from; i < held.length(); i++) {
            boolean valueEnds = scan.next(held.charAt(i));
            searched = i + 1;
            if (close.isEmpty() ? valueEnds : !scan.isInString() && endsWith(close, searched)) {
                end(searched - close.length(), close.length(), calls, content);
                return true;
            }
        }
        boolean noValue = close.isEmpty() && held.length() > NAME_CHARS_MAX && held.indexOf(BARE_OPEN) < 0;
        if (held.length() > CALL_CHARS_MAX || noValue) {
            giveBack(held.length(), content);
        }
        return false;
    }

    private boolean endsWith(String close, int end) {
        return end >= close.length() && held.indexOf(close, end - close.length()) == end - close.length();
    }

    /** The call's text is there; its closing mark is behind it. */
    private void end(int length, int closing, List<ToolCall> calls, StringBuilder content) {
        boolean bare = inside == BARE;
        boolean function = inside.open().equals("<function=");
        String body = held.substring(0, length);
        List<ToolCall> found = CallBody.parse(function ? inside.open() + body : body, tools);
        boolean known = !bare || !found.isEmpty() && found.stream().allMatch(call -> tools.has(call.name()));
        if (found.isEmpty() || !known || bare && !saysArguments(body)) {
            giveBack(length + closing, content);
            return;
        }
        calls.addAll(found);
        held.delete(0, length + closing);
        inside = null;
        atStart = false;
        afterCall = true;
    }

    private static boolean saysArguments(String body) {
        return body.contains("\"parameters\"") || body.contains("\"arguments\"");
    }

    private void giveBack(int length, StringBuilder content) {
        content.append(spaceBefore).append(inside.open()).append(held, 0, length);
        held.delete(0, length);
        inside = null;
        atStart = false;
        afterCall = false;
    }

    private int spaceAtFront(String others) {
        int at = 0;
        while (at < held.length()
                && (Character.isWhitespace(held.charAt(at)) || others.indexOf(held.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }
}
