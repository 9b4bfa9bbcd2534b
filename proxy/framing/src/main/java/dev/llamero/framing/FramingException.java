package dev.llamero.framing;

/** A client sends chunks as RFC 9112, section 7.1, does not allow; nothing after it can be told from the body. */
public final class FramingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param message in the words of Go's server, which clients of Ollama know */
    FramingException(String message) {
        super(message);
    }
}
