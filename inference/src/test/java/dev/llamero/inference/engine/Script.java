package dev.llamero.inference.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a {@link FakeDecoder} makes likeliest after the tokens that a row can see. */
@FunctionalInterface
interface Script {
    /** The likeliest next token after these. */
    int next(int[] visible);

    /** Letters that depend on every visible token, so that a wrong or missing cell changes the text; never ends. */
    static Script endless() {
        return visible -> 'a' + Math.floorMod(Arrays.hashCode(visible) * 0x9E3779B9 >>> 7, 26);
    }

    /** As {@link #endless()}, but ends the answer with one token in {@code oneIn}. */
    static Script ending(int oneIn) {
        Script letters = endless();
        return visible -> Math.floorMod(Arrays.hashCode(visible) * 0x85EBCA6B >>> 9, oneIn) == 0
                ? ToyTokenizer.END
                : letters.next(visible);
    }

    /** After the last occurrence of {@code marker} in the prompt, this text byte by byte, then the end token. */
    static Script answer(String marker, String text) {
        byte[] markerBytes = marker.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return visible -> {
            int at = visible.length - endOfLast(visible, markerBytes);
            return at < bytes.length ? bytes[at] & 0xFF : ToyTokenizer.END;
        };
    }

    private static int endOfLast(int[] visible, byte[] marker) {
        for (int start = visible.length - marker.length; start >= 0; start--) {
            int same = 0;
            while (same < marker.length && visible[start + same] == (marker[same] & 0xFF)) {
                same++;
            }
            if (same == marker.length) {
                return start + marker.length;
            }
        }
        throw new IllegalStateException("the marker is not in the " + visible.length + " visible tokens");
    }
}
