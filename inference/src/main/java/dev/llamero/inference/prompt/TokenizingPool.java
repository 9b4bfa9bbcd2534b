package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.Tokenizer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tokenizes off the engine's thread and off virtual threads, whose carrier a long native call would hold.
 *
 * <p>Two daemon platform threads; callers wait. When too many wait, the caller's own thread does the work, which slows
 * down who asks too much.
 */
public final class TokenizingPool implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 256;

    private final ExecutorService threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("tokenizing-", 0).factory(),
            new ThreadPoolExecutor.CallerRunsPolicy());

    /** Tokens of a prompt: special tokens are read from its text, and those around it are added. */
    public int[] encode(Tokenizer tokenizer, String text) throws InterruptedException {
        return run(() -> tokenizer.encode(text, true, true));
    }

    private <T> T run(Callable<T> work) throws InterruptedException {
        try {
            return threads.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("tokenizing failed", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
