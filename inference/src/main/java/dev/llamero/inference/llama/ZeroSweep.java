package dev.llamero.inference.llama;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * Gives a new KV cache's pages back while llama.cpp writes zeros over them, so that they are never in memory all at
 * once: a cache for many long conversations would otherwise take its full size for a moment, which a machine may not
 * have.
 *
 * <p>llama.cpp logs a cache's size just before it writes the zeros, and something else just after, on the thread that
 * makes the context. Between these two lines nothing but zeros can be in that block, and it cannot be freed; only then
 * a thread sweeps it.
 */
final class ZeroSweep implements BiConsumer<Integer, String>, AutoCloseable {
    /** In this time some ten MiB are written. */
    private static final long PAUSE_NANOS = 2_000_000;

    private final ZeroPages zeros;
    private final BufferSizes buffers;
    private Thread sweeper;
    private volatile boolean swept;

    /** @param buffers what the lines are passed on to */
    ZeroSweep(ZeroPages zeros, BufferSizes buffers) {
        this.zeros = zeros;
        this.buffers = buffers;
    }

    @Override
    public void accept(Integer level, String text) {
        close();
        long before = buffers.hostKvBytes();
        buffers.accept(level, text);
        long cache = buffers.hostKvBytes() - before;
        if (cache > 0) {
            swept = false;
            sweeper = Thread.ofPlatform().daemon().name("zero-sweep").start(() -> sweep(cache));
        }
    }

    private void sweep(long bytes) {
        List<MemorySegment> blocks = zeros.blocks(bytes);
        while (!swept && !blocks.isEmpty()) {
            blocks.forEach(ZeroPages::giveBack);
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }

    /** Ends a sweep that runs, and waits for that. */
    @Override
    public void close() {
        if (sweeper == null) {
            return;
        }
        swept = true;
        LockSupport.unpark(sweeper);
        boolean interrupted = false;
        while (sweeper.isAlive()) {
            try {
                sweeper.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        sweeper = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
