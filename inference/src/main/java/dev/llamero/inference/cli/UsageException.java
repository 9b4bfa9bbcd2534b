package dev.llamero.inference.cli;

/** A command that was called wrongly; the message is all that the user needs. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
