package dev.llamero.dialects;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts server-sent events out of a byte stream (WHATWG HTML, section 9.2): joins the {@code data} lines of one event,
 * skips comments and other fields. One stream, one thread.
 */
final class SseReader {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    /** Same bound as for a line of Ollama's. */
    private static final int EVENT_BYTES_MAX = LineSplitter.OLLAMA_LINE_BYTES_MAX;

    private final LineSplitter lines = new LineSplitter(EVENT_BYTES_MAX);
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean hasData;

    void feed(byte[] bytes, int offset, int length, Consumer<byte[]> events) {
        lines.feed(bytes, offset, length, (line, from, count) -> line(line, from, count, events));
    }

    /** The stream is over; servers that forget the last blank line are forgiven. */
    void end(Consumer<byte[]> events) {
        lines.end((line, from, count) -> line(line, from, count, events));
        dispatch(events);
    }

    private void line(byte[] line, int from, int count, Consumer<byte[]> events) {
        int length = count > 0 && line[from + count - 1] == '\r' ? count - 1 : count;
        if (length == 0) {
            dispatch(events);
            return;
        }
        int colon = from;
        while (colon < from + length && line[colon] != ':') {
            colon++;
        }
        if (!isData(line, from, colon - from)) {
            return;
        }
        int start = Math.min(colon + 1, from + length);
        if (start < from + length && line[start] == ' ') {
            start++;
        }
        int added = from + length - start;
        if ((long) data.size() + added + 1 > EVENT_BYTES_MAX) {
            throw DialectException.garbled("the model server sent an event of more than " + EVENT_BYTES_MAX + " bytes");
        }
        if (hasData) {
            data.write('\n');
        }
        data.write(line, start, added);
        hasData = true;
    }

    private static boolean isData(byte[] line, int from, int length) {
        return length == DATA.length && java.util.Arrays.equals(line, from, from + length, DATA, 0, DATA.length);
    }

    private void dispatch(Consumer<byte[]> events) {
        if (hasData) {
            byte[] event = data.toByteArray();
            data.reset();
            hasData = false;
            events.accept(event);
        }
    }
}
