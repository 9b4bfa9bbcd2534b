package dev.llamero.models.store;

import java.io.IOException;

/** Bytes that were to be a blob have another digest than promised; they were thrown away. */
public final class DigestMismatchException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Digest expected;
    private final transient Digest actual;

    DigestMismatchException(Digest expected, Digest actual) {
        super("digest mismatch, expected \"" + expected + "\", got \"" + actual + "\"");
        this.expected = expected;
        this.actual = actual;
    }

    public Digest expected() {
        return expected;
    }

    public Digest actual() {
        return actual;
    }
}
