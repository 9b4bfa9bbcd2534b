package dev.llamero.gateway.ws;

/** A message that cannot be understood. */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String id;

    /** @param id the request's id, or empty if not even that could be read */
    ProtocolException(String id, String message) {
        super(message);
        this.id = id;
    }

    String id() {
        return id;
    }
}
