package dev.llamero.gateway.ws;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** Frames to whole messages, bounded. Used by the reading thread of one socket. */
final class MessageAssembler {
    /** The longest question, every character escaped or of three bytes, and its envelope. */
    static final int MESSAGE_BYTES_MAX = 1 << 20;

    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    /**
     * Takes the next frame of a binary message.
     *
     * @return the whole message with its last frame
     * @throws TooLargeException if it passes the bound
     */
    Optional<byte[]> add(byte[] frame, boolean last) {
        if (parts.size() + frame.length > MESSAGE_BYTES_MAX) {
            throw new TooLargeException();
        }
        if (last && parts.size() == 0) {
            return Optional.of(frame);
        }
        parts.write(frame, 0, frame.length);
        if (!last) {
            return Optional.empty();
        }
        byte[] whole = parts.toByteArray();
        parts.reset();
        return Optional.of(whole);
    }

    /** The sender goes beyond what was agreed. */
    static final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
