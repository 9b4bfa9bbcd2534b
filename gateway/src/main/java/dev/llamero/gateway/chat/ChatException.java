package dev.llamero.gateway.chat;

/** A wish that cannot be granted; the message says why and what to do. */
public final class ChatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public ChatException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** {@code NOT_FOUND}, {@code BUSY}, {@code INVALID_REQUEST} or {@code UNAVAILABLE}. */
    public String code() {
        return code;
    }
}
