package dev.llamero.inference.cli;

import java.io.IOException;

/** What the server answered instead of a result, in its own words. */
final class ServerFailure extends IOException {
    private static final long serialVersionUID = 1;

    ServerFailure(String message) {
        super(message);
    }

    /** Whether the model is not there, rather than the path. */
    boolean isModelMissing() {
        return getMessage().toLowerCase(java.util.Locale.ROOT).contains("not found")
                && !getMessage().contains("page not found");
    }
}
