package dev.llamero.proxy.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The body of an answer as its head frames it: chunked, by length, or to the end of the connection (RFC 9112, section
 * 6.3). A chunk is handed on in pieces as they come, whatever size it claims.
 */
final class AnswerBody {
    private static final int CHUNK_LINE_BYTES_MAX = 1024;
    private static final int CHUNK_DIGITS_MAX = 15;
    private static final int TRAILER_LINES_MAX = 64;
    private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final UpstreamConnection connection;
    private final Framing framing;
    private long remaining;
    private boolean firstChunk = true;
    private boolean ended;

    AnswerBody(UpstreamConnection connection, AnswerHead head) throws IOException {
        this.connection = connection;
        if (head.status() == 204 || head.status() == 304) {
            framing = Framing.LENGTH;
        } else if (head.isChunked()) {
            framing = Framing.CHUNKED;
        } else {
            remaining = head.contentLength();
            framing = remaining < 0 ? Framing.TO_THE_END : Framing.LENGTH;
        }
        ended = framing == Framing.LENGTH && remaining == 0;
    }

    /** At least one byte, or -1 at the body's end. */
    int read(byte[] target) throws IOException {
        if (!ended && framing == Framing.CHUNKED && remaining == 0) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        long wanted = framing == Framing.TO_THE_END ? target.length : Math.min(target.length, remaining);
        int count = connection.read(target, 0, (int) wanted);
        if (count >= 0) {
            remaining -= framing == Framing.TO_THE_END ? 0 : count;
            ended = framing == Framing.LENGTH && remaining == 0;
            return count;
        }
        if (framing != Framing.TO_THE_END) {
            throw new java.io.EOFException("the connection ended within the body");
        }
        ended = true;
        return -1;
    }

    /** Whether bytes of the body are there already; so far as that can be seen without reading from the socket. */
    boolean hasMoreAtHand() {
        if (ended) {
            return false;
        }
        if (framing == Framing.CHUNKED && remaining == 0) {
            return connection.hasLinesAndMore(firstChunk ? 1 : 2);
        }
        return connection.hasBufferedBytes();
    }

    /** Whether the body's end is there already, so that it can be read without waiting. */
    boolean endIsAtHand() {
        return ended || framing == Framing.CHUNKED && remaining == 0 && !firstChunk && connection.holds(LAST_CHUNK);
    }

    /** Whether the body was read whole and the connection stands at the start of another answer. */
    boolean leavesConnectionClean() {
        return ended && framing != Framing.TO_THE_END;
    }

    private void nextChunk() throws IOException {
        if (!firstChunk
                && !AnswerHead.line(connection::read, CHUNK_LINE_BYTES_MAX).isEmpty()) {
            throw AnswerHead.garbled("a chunk longer than its size");
        }
        firstChunk = false;
        remaining = size(AnswerHead.line(connection::read, CHUNK_LINE_BYTES_MAX));
        if (remaining > 0) {
            return;
        }
        int trailers = 0;
        while (!AnswerHead.line(connection::read, CHUNK_LINE_BYTES_MAX).isEmpty()) {
            if (++trailers > TRAILER_LINES_MAX) {
                throw AnswerHead.garbled("too many trailers");
            }
        }
        ended = true;
    }

    private static long size(String line) throws AnswerHead.NotHttpException {
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        boolean good = !digits.isEmpty() && digits.length() <= CHUNK_DIGITS_MAX;
        for (int i = 0; good && i < digits.length(); i++) {
            good = HexFormat.isHexDigit(digits.charAt(i));
        }
        if (!good) {
            throw AnswerHead.garbled("the chunk size \"" + digits.substring(0, Math.min(digits.length(), 20)) + "\"");
        }
        return Long.parseLong(digits, 16);
    }

    private enum Framing {
        CHUNKED,
        LENGTH,
        TO_THE_END
    }
}
