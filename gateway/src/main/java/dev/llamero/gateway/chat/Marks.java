package dev.llamero.gateway.chat;

import java.util.Arrays;

/** How long content and thinking were after each event of a run, so that a client can get the rest. Not thread-safe. */
final class Marks {
    private long first;
    private int count;
    private int[] content = new int[64];
    private int[] reasoning = new int[64];

    /** Events up to this number are of a text that does not count any more, or that was there before the run. */
    void reset(long seq) {
        first = seq;
        count = 0;
    }

    void add(AnswerText text) {
        if (count == content.length) {
            content = Arrays.copyOf(content, count * 2);
            reasoning = Arrays.copyOf(reasoning, count * 2);
        }
        content[count] = text.contentChars();
        reasoning[count] = text.reasoningChars();
        count++;
    }

    /** Lengths of content and thinking after this event; null if they are not known. */
    int[] at(long seq) {
        long index = seq - first - 1;
        return index < 0 || index >= count ? null : new int[] {content[(int) index], reasoning[(int) index]};
    }
}
