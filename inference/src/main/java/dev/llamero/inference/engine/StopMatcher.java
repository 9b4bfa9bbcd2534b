package dev.llamero.inference.engine;

import java.util.List;

/**
 * Finds stop strings in text that arrives in pieces, and holds back what could still become one. One per generation;
 * engine's thread only.
 *
 * <p>The match that ends first wins, and among those the longest, so that the result does not depend on how the text
 * was cut into pieces. Each character costs amortized constant time per stop string (Knuth, Morris, Pratt 1977).
 */
final class StopMatcher {
    private final String[] stops;
    private final int[][] borders;
    private final int[] matched;
    private final StringBuilder pending = new StringBuilder();
    private boolean stopped;

    StopMatcher(List<String> stops) {
        this.stops = stops.toArray(String[]::new);
        this.matched = new int[this.stops.length];
        this.borders = new int[this.stops.length][];
        for (int i = 0; i < this.stops.length; i++) {
            borders[i] = borders(this.stops[i]);
        }
    }

    /** For each prefix, how long its longest proper border is. */
    private static int[] borders(String stop) {
        int[] borders = new int[stop.length()];
        int border = 0;
        for (int i = 1; i < stop.length(); i++) {
            while (border > 0 && stop.charAt(i) != stop.charAt(border)) {
                border = borders[border - 1];
            }
            border += stop.charAt(i) == stop.charAt(border) ? 1 : 0;
            borders[i] = border;
        }
        return borders;
    }

    /** Takes more text. True once a stop string has matched; text after it is dropped. */
    boolean accept(CharSequence text) {
        for (int i = 0; i < text.length() && !stopped; i++) {
            char c = text.charAt(i);
            pending.append(c);
            int length = advance(c);
            if (length > 0) {
                pending.setLength(pending.length() - length);
                stopped = true;
            }
        }
        return stopped;
    }

    /** Length of the longest stop string that this character completes; 0 for none. */
    private int advance(char c) {
        int longest = 0;
        for (int i = 0; i < stops.length; i++) {
            String stop = stops[i];
            int state = matched[i];
            while (state > 0 && stop.charAt(state) != c) {
                state = borders[i][state - 1];
            }
            state += stop.charAt(state) == c ? 1 : 0;
            matched[i] = state;
            if (state == stop.length()) {
                longest = Math.max(longest, state);
            }
        }
        return longest;
    }

    /** Appends the text that can no longer be a part of a stop string; maybe none. */
    void take(StringBuilder into) {
        int held = 0;
        for (int i = 0; i < matched.length && !stopped; i++) {
            held = Math.max(held, matched[i]);
        }
        int ready = pending.length() - held;
        into.append(pending, 0, ready);
        pending.delete(0, ready);
    }

    /** At the end of the answer: appends all text that is left. */
    void takeRest(StringBuilder into) {
        into.append(pending);
        pending.setLength(0);
    }
}
