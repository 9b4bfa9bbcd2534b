package dev.llamero.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Takes one chunked body apart, as strictly and with the same bounds as Go's {@code net/http} (RFC 9112, section 7.1).
 * Holds no more than one line.
 */
final class ChunkedBody {
    /** Longest line of a size, and most bytes of trailers. */
    private static final int LINE_BYTES_MAX = 4096;

    /** Most bytes beside the data, after what each chunk may take for itself. */
    private static final int EXCESS_BYTES_MAX = 16 << 10;

    private static final int CHUNK_BYTES_FREE = 16;
    private static final int SIZE_DIGITS_MAX = 15;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private Part part = Part.SIZE;
    private long dataLeft;
    private long excess;
    private int trailers;

    private enum Part {
        SIZE,
        DATA,
        DATA_END,
        TRAILERS,
        END
    }

    /** Whether its last line was read. */
    boolean isEnded() {
        return part == Part.END;
    }

    /**
     * Reads on.
     *
     * @param from where in the piece
     * @param data takes what is no framing
     * @return where it stopped: at the end of the piece, or behind the body
     */
    int read(byte[] piece, int from, ByteArrayOutputStream data) {
        int at = from;
        while (at < piece.length && part != Part.END) {
            if (part == Part.DATA) {
                int length = (int) Math.min(dataLeft, piece.length - at);
                data.write(piece, at, length);
                at += length;
                dataLeft -= length;
                part = dataLeft == 0 ? Part.DATA_END : Part.DATA;
            } else {
                take(piece[at++]);
            }
        }
        return at;
    }

    private void take(byte next) {
        line.write(next);
        if (next == '\n') {
            String text = line.toString(StandardCharsets.ISO_8859_1);
            line.reset();
            lineEnds(text);
        } else if (line.size() > LINE_BYTES_MAX) {
            throw new FramingException(
                    part == Part.TRAILERS
                            ? "http: suspiciously long trailer after chunked body"
                            : "header line too long");
        }
    }

    private void lineEnds(String raw) {
        int carriageReturn = raw.indexOf('\r');
        if (carriageReturn < 0) {
            throw new FramingException("chunked line ends with bare LF");
        }
        if (carriageReturn != raw.length() - 2) {
            throw new FramingException("invalid CR in chunked line");
        }
        String text = raw.substring(0, carriageReturn);
        switch (part) {
            case SIZE -> chunkBegins(text);
            case DATA_END -> {
                if (!text.isEmpty()) {
                    throw new FramingException("malformed chunked encoding");
                }
                part = Part.SIZE;
            }
            default -> trailer(text);
        }
    }

    private void chunkBegins(String text) {
        dataLeft = size(text.stripTrailing().split(";", 2)[0]);
        excess = Math.max(0, excess + text.length() + 2 - CHUNK_BYTES_FREE - 2 * dataLeft);
        if (excess > EXCESS_BYTES_MAX) {
            throw new FramingException("chunked encoding contains too much non-data");
        }
        part = dataLeft == 0 ? Part.TRAILERS : Part.DATA;
    }

    private static long size(String digits) {
        if (digits.isEmpty()) {
            throw new FramingException("empty hex number for chunk length");
        }
        if (!digits.chars().allMatch(digit -> digit < 128 && Character.digit(digit, 16) >= 0)) {
            throw new FramingException("invalid byte in chunk length");
        }
        if (digits.length() > SIZE_DIGITS_MAX) {
            throw new FramingException("http chunk length too large");
        }
        return Long.parseLong(digits, 16);
    }

    private void trailer(String text) {
        trailers += text.length() + 2;
        if (trailers > LINE_BYTES_MAX) {
            throw new FramingException("http: suspiciously long trailer after chunked body");
        }
        if (text.isEmpty()) {
            part = Part.END;
        } else if (text.indexOf(':') < 1) {
            throw new FramingException("malformed MIME header line: " + text);
        }
    }
}
