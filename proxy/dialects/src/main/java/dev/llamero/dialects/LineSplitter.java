package dev.llamero.dialects;

import java.util.Arrays;

/**
 * Cuts a byte stream into lines, however it was cut before: a chunk may end inside a line, a character or before its
 * newline. Lines are cut as bytes, so no character is ever decoded in halves. One stream, one thread.
 */
public final class LineSplitter {
    /** The longest line that Ollama's own client reads (specification 25.20). */
    public static final int OLLAMA_LINE_BYTES_MAX = 8 << 20;

    private final int lineBytesMax;
    private byte[] pending = new byte[0];
    private int pendingLength;

    /** @param lineBytesMax a longer line is an error, so that a stream without newlines cannot fill the memory */
    public LineSplitter(int lineBytesMax) {
        this.lineBytesMax = lineBytesMax;
    }

    /** Takes the next bytes and hands every line that they complete to the sink, without its newline. */
    public void feed(byte[] bytes, int offset, int length, Sink sink) {
        int start = offset;
        int end = offset + length;
        for (int i = offset; i < end; i++) {
            if (bytes[i] == '\n') {
                emit(bytes, start, i - start, sink);
                start = i + 1;
            }
        }
        keep(bytes, start, end - start);
    }

    /** The stream is over: a last line without newline is handed on too. */
    public void end(Sink sink) {
        if (pendingLength > 0) {
            emit(pending, 0, 0, sink);
        }
    }

    private void emit(byte[] bytes, int start, int length, Sink sink) {
        if (pendingLength == 0) {
            checkLength(length);
            sink.line(bytes, start, length);
            return;
        }
        keep(bytes, start, length);
        int whole = pendingLength;
        pendingLength = 0;
        sink.line(pending, 0, whole);
    }

    private void keep(byte[] bytes, int start, int length) {
        checkLength((long) pendingLength + length);
        int needed = pendingLength + length;
        if (needed > pending.length) {
            pending = Arrays.copyOf(pending, Math.max(needed, Math.min(lineBytesMax, 2 * pending.length)));
        }
        System.arraycopy(bytes, start, pending, pendingLength, length);
        pendingLength = needed;
    }

    private void checkLength(long length) {
        if (length > lineBytesMax) {
            throw DialectException.garbled("the model server sent a line of more than " + lineBytesMax + " bytes");
        }
    }

    /** Takes one line; the array is only valid during the call. */
    public interface Sink {
        void line(byte[] bytes, int offset, int length);
    }
}
