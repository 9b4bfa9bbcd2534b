package dev.llamero.inference.engine;

import java.util.Optional;

/**
 * The caller's handle on one running answer. Leaving its scope stops the work: {@link #close()} before the end cancels.
 *
 * <p>One thread reads; any thread may cancel. Events wait in a bounded queue. A reader that falls behind its bound does
 * not block the engine's thread: pieces are joined while they wait.
 */
public interface Generation extends AutoCloseable {
    /**
     * Waits for the next event. After a finish or failure was returned, calling it again is misuse.
     *
     * @throws InterruptedException if the reading thread is interrupted
     */
    TokenEvent next() throws InterruptedException;

    /**
     * The place in the queue that the request got when it came, known once {@link #next} has returned; empty if it did
     * not have to wait, or the engine does not tell.
     */
    default Optional<Engine.Waiting> queued() {
        return Optional.empty();
    }

    /** Asks the engine to stop this generation; takes effect within one step, and frees its sequence. */
    void cancel();

    /** Cancels if unfinished. Calling it again has no effect. */
    @Override
    void close();
}
