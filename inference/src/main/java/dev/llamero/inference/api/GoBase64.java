package dev.llamero.inference.api;

import java.util.Arrays;

/** Standard base64 with padding as Go reads it: line breaks are skipped, and an error names the byte. */
final class GoBase64 {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            VALUES[ALPHABET.charAt(i)] = (byte) i;
        }
    }

    private GoBase64() {}

    /** @throws BadJsonException {@code illegal base64 data at input byte N} */
    static byte[] decode(String text) {
        byte[] out = new byte[text.length() / 4 * 3 + 3];
        int size = 0;
        int at = 0;
        while (true) {
            int bits = 0;
            int count = 0;
            while (count < 4) {
                at = skipBreaks(text, at);
                if (at == text.length()) {
                    if (count == 0) {
                        return Arrays.copyOf(out, size);
                    }
                    throw illegal(at - count);
                }
                char next = text.charAt(at++);
                int value = next < 128 ? VALUES[next] : -1;
                if (value < 0) {
                    if (next != '=') {
                        throw illegal(at - 1);
                    }
                    checkPadding(text, at, count);
                    break;
                }
                bits = bits << 6 | value;
                count++;
            }
            bits <<= 6 * (4 - count);
            for (int i = 0; i < count - 1; i++) {
                out[size++] = (byte) (bits >> 16 - 8 * i);
            }
            if (count < 4) {
                return Arrays.copyOf(out, size);
            }
        }
    }

    /** Only two or three digits may stand before padding, and nothing behind it. */
    private static void checkPadding(String text, int behind, int digits) {
        if (digits < 2) {
            throw illegal(behind - 1);
        }
        int at = skipBreaks(text, behind);
        if (digits == 2) {
            if (at == text.length()) {
                throw illegal(text.length());
            }
            if (text.charAt(at) != '=') {
                throw illegal(at);
            }
            at = skipBreaks(text, at + 1);
        }
        if (at < text.length()) {
            throw illegal(at);
        }
    }

    private static int skipBreaks(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
            at++;
        }
        return at;
    }

    private static BadJsonException illegal(int at) {
        return new BadJsonException("illegal base64 data at input byte " + at);
    }
}
