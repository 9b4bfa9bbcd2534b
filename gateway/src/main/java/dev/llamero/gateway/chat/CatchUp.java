package dev.llamero.gateway.chat;

import java.util.Optional;

/**
 * Compares a second answer to the same question with the text that the first one left, piece by piece, however each was
 * cut. Used by one thread at a time.
 */
final class CatchUp {
    private final AnswerText expected;
    private int run;
    private int offset;
    private int verifiedChars;

    CatchUp(AnswerText expected) {
        this.expected = expected;
    }

    /**
     * Takes the next piece of the second answer.
     *
     * @return what of it is new, and may be nothing; empty if the piece differs from what is there
     */
    Optional<String> take(String kind, String text) {
        int at = 0;
        int nextRun = run;
        int nextOffset = offset;
        do {
            if (nextRun == expected.runs().size()) {
                break;
            }
            AnswerText.Run there = expected.runs().get(nextRun);
            int length = Math.min(text.length() - at, there.text().length() - nextOffset);
            if (!AnswerText.same(there.kind(), kind) || !matches(text, at, there.text(), nextOffset, length)) {
                return Optional.empty();
            }
            at += length;
            nextOffset += length;
            if (nextOffset == there.text().length()) {
                nextRun++;
                nextOffset = 0;
            }
        } while (at < text.length());
        run = nextRun;
        offset = nextOffset;
        verifiedChars += at;
        return Optional.of(text.substring(at));
    }

    private static boolean matches(String text, int at, StringBuilder there, int offset, int length) {
        for (int i = 0; i < length; i++) {
            if (text.charAt(at + i) != there.charAt(offset + i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all that is there has come again. */
    boolean isComplete() {
        return run >= expected.runs().size();
    }

    int verifiedChars() {
        return verifiedChars;
    }

    /** What has come again so far. */
    AnswerText verified() {
        var text = new AnswerText();
        for (int i = 0; i < run; i++) {
            text.append(
                    expected.runs().get(i).kind(), expected.runs().get(i).text().toString());
        }
        if (offset > 0) {
            text.append(
                    expected.runs().get(run).kind(),
                    expected.runs().get(run).text().substring(0, offset));
        }
        return text;
    }
}
