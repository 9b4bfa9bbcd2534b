package dev.llamero.gateway.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Bytes of a server-sent event stream to the data of its events, however the bytes are cut.
 *
 * <p>Fields other than {@code data} are of no use to a completion and are skipped, comments but for who wants them.
 * Text is decoded when a line is whole, so a character cut in two is no problem. Used by one thread. Source: the HTML
 * standard, section 9.2.6.
 */
public final class SseReader {
    /** One delta is some hundred bytes; a whole tool call may be some hundred kilobytes. */
    static final int EVENT_BYTES_MAX = 1 << 20;

    private final Consumer<String> onData;
    private final Consumer<String> onComment;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private boolean dataSeen;
    private boolean afterCarriageReturn;
    private boolean firstLine = true;

    /** @param onData receives the data of each event, its lines joined by a line feed */
    public SseReader(Consumer<String> onData) {
        this(onData, comment -> {});
    }

    /** @param onComment receives each comment without its colon; most servers send some to keep a connection alive */
    SseReader(Consumer<String> onData, Consumer<String> onComment) {
        this.onData = onData;
        this.onComment = onComment;
    }

    /**
     * Takes the next bytes in.
     *
     * @throws UpstreamException if one event is larger than the bound
     */
    public void feed(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            byte b = bytes[i];
            if (b == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
                continue;
            }
            afterCarriageReturn = b == '\r';
            if (b == '\n' || b == '\r') {
                endLine();
            } else {
                if (line.size() + data.length() >= EVENT_BYTES_MAX) {
                    throw UpstreamException.broken(
                            "one event of the answer is larger than " + (EVENT_BYTES_MAX >> 10) + " KiB", null);
                }
                line.write(b);
            }
        }
    }

    private void endLine() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (firstLine && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        firstLine = false;
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        if (text.startsWith(":")) {
            onComment.accept(text.substring(1).strip());
            return;
        }
        if (text.equals("data") || text.startsWith("data:")) {
            String value = text.length() > 5 ? text.substring(5) : "";
            if (dataSeen) {
                data.append('\n');
            }
            dataSeen = true;
            data.append(value.startsWith(" ") ? value.substring(1) : value);
        }
    }

    private void dispatch() {
        if (dataSeen) {
            String event = data.toString();
            data.setLength(0);
            dataSeen = false;
            onData.accept(event);
        }
    }
}
