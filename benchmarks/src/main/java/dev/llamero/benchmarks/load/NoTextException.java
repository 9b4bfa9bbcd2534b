package dev.llamero.benchmarks.load;

import java.io.IOException;

/** A server ended its answer before any text: the model chose its end as the first token. */
final class NoTextException extends IOException {
    private static final long serialVersionUID = 1;

    NoTextException(String server) {
        super(server + " gave no text");
    }
}
