package dev.llamero.inference.engine;

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

    /** Asks the engine to stop this generation; takes effect within one step, and frees its sequence. */
    void cancel();

    /** Cancels if unfinished. Calling it again has no effect. */
    @Override
    void close();
}
