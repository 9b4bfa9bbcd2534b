package dev.llamero.proxy.http;

/** A write to the client failed: it left. Nothing more can be said to it. */
final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(Throwable cause) {
        super("the client left", cause, false, false);
    }
}
