package dev.llamero.inference.gotemplate;

/** A function's own error; who called it adds where. The message is in bytes. */
final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    CallFailedException(String message) {
        super(message, null, false, false);
    }
}
