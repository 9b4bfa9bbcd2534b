package dev.llamero.dialects;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Events in memory: each a line of JSON, whose strings hold no raw newline, and a blank line. One stream, one thread.
 */
final class Sse {
    private static final byte[] EVENT = "event: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    /** An event without a name. */
    Sse data(Json.Body members) {
        out.writeBytes(DATA);
        Json.write(out, json -> {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        });
        out.writeBytes(END);
        return this;
    }

    /** An event with a name. */
    Sse event(String name, Json.Body members) {
        out.writeBytes(EVENT);
        out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        out.write('\n');
        return data(members);
    }

    /** OpenAI's last event. */
    Sse done() {
        out.writeBytes(DONE);
        return this;
    }

    /** An event whose JSON is there already. */
    static byte[] data(byte[] body) {
        var out = new ByteArrayOutputStream(body.length + DATA.length + END.length);
        out.writeBytes(DATA);
        out.writeBytes(body);
        out.writeBytes(END);
        return out.toByteArray();
    }

    /** All events since the last call. */
    byte[] take() {
        byte[] events = out.toByteArray();
        out.reset();
        return events;
    }
}
