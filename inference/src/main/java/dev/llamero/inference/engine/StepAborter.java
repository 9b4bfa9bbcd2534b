package dev.llamero.inference.engine;

/** Breaks off a decoder's running step from any thread, but never while or after the decoder is closed. */
final class StepAborter {
    private final Decoder decoder;
    private boolean closed;

    StepAborter(Decoder decoder) {
        this.decoder = decoder;
    }

    synchronized void abort() {
        if (!closed) {
            decoder.abort();
        }
    }

    /** From now on nothing is aborted any more; waits for a call under way. */
    synchronized void close() {
        closed = true;
    }
}
