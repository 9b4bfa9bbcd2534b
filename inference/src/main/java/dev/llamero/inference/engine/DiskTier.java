package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes and reads blocks' files on two threads of its own, so that a read never waits behind writes and the engine
 * never waits for a disk. The engine's thread hands in and takes results ({@link #poll}); the bytes that wait to be
 * written are bounded here, those to be read by whoever gives the memory.
 */
final class DiskTier implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DiskTier.class.getName());

    /** After a write that failed nothing is written for so long, so that a full disk costs one line in the log. */
    private static final long FAILURE_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final BlockFolder folder;
    private final Runnable wake;
    private final long queueBytesMax;
    private final ExecutorService writer;
    private final ExecutorService reader;
    private final Queue<Done> done = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicInteger queued = new AtomicInteger();
    private volatile long failedNanos = System.nanoTime() - FAILURE_PAUSE_NANOS;
    private volatile boolean closed;

    /**
     * Threads over an open folder, which it owns from now on.
     *
     * @param wake called after each result, from another thread
     * @param queueBytesMax most bytes of memory that writes may hold, until their results are taken
     */
    DiskTier(BlockFolder folder, Runnable wake, long queueBytesMax) {
        this.folder = folder;
        this.wake = wake;
        this.queueBytesMax = queueBytesMax;
        this.writer = thread("cache-writer");
        this.reader = thread("cache-reader");
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /** What is there at the start. */
    List<BlockFolder.Entry> scan() {
        try {
            return folder.scan();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot list the cached conversations on disk: " + e);
            return List.of();
        }
    }

    /** What became of a block. */
    enum Kind {
        WRITTEN,
        /** There was no room for the file. */
        NOT_WRITTEN,
        READ,
        /** The file was damaged or gone. */
        NOT_READ
    }

    /**
     * A result.
     *
     * @param bytes of the file that was written, or of the cells that were read
     * @param cells the memory that was to be filled; null after a write
     * @param held memory that was kept for a write until this result is taken
     * @param nanos how long it took
     */
    record Done(Block block, Kind kind, long bytes, SavedSequence cells, long held, long nanos) {}

    /** Hands a block's cells in for writing; they must stay until the result is there. False if too much waits. */
    boolean write(Block block) {
        SavedSequence cells = block.memory;
        if (closed || paused() || (queuedBytes.get() > 0 && queuedBytes.get() + cells.bytes() > queueBytesMax)) {
            return false;
        }
        queuedBytes.addAndGet(cells.bytes());
        queued.incrementAndGet();
        writer.execute(() -> {
            long start = System.nanoTime();
            long bytes = written(block, cells);
            Kind kind = bytes > 0 ? Kind.WRITTEN : Kind.NOT_WRITTEN;
            finish(new Done(block, kind, bytes, null, cells.bytes(), System.nanoTime() - start));
        });
        return true;
    }

    private long written(Block block, SavedSequence cells) {
        if (closed) {
            return 0;
        }
        try {
            return folder.write(block.salt, block.parent.name, block.from, block.tokens.toArray(), cells.content());
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot write a cached conversation to disk: " + e);
            failedNanos = System.nanoTime();
            return 0;
        }
    }

    private boolean paused() {
        return System.nanoTime() - failedNanos < FAILURE_PAUSE_NANOS;
    }

    /** Whether so little waits that what is not urgent may be written as well. */
    boolean hasTime() {
        return queuedBytes.get() <= queueBytesMax / 2 && !paused();
    }

    /** Hands memory in, to be filled from a block's file. */
    void read(Block block, SavedSequence into) {
        queued.incrementAndGet();
        reader.execute(() -> {
            long start = System.nanoTime();
            boolean good = !closed && reads(block, into);
            Kind kind = good ? Kind.READ : Kind.NOT_READ;
            finish(new Done(block, kind, into.bytes(), into, 0, System.nanoTime() - start));
        });
    }

    /** Whatever goes wrong, the engine gets a result: it waits for one. */
    private boolean reads(Block block, SavedSequence into) {
        try {
            return folder.read(block.name, block.tokens.toArray(), into.content());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read a cached conversation from disk", e);
            return false;
        }
    }

    private void finish(Done result) {
        done.add(result);
        wake.run();
    }

    /** Removes a file later, after what was handed in before. */
    void delete(String name) {
        if (!closed) {
            writer.execute(() -> folder.delete(name));
        }
    }

    /** The next result; null if there is none yet. */
    Done poll() {
        Done result = done.poll();
        if (result != null) {
            queued.decrementAndGet();
            // Not before: memory that was written still waits for the engine's thread to free it.
            queuedBytes.addAndGet(-result.held());
        }
        return result;
    }

    /** How many results are still to come. */
    int queued() {
        return queued.get();
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    long setAside() {
        return folder.setAside();
    }

    /** Skips what still waits, lets what runs end, and gives the folder up. Results stay to be polled. */
    @Override
    public void close() {
        closed = true;
        stop(writer);
        stop(reader);
        folder.close();
    }

    private static void stop(ExecutorService thread) {
        thread.shutdown();
        boolean interrupted = false;
        // A file is at most a block long. The memory behind it must not go before the thread is done with it.
        while (true) {
            try {
                if (thread.awaitTermination(Duration.ofSeconds(10).toNanos(), TimeUnit.NANOSECONDS)) {
                    break;
                }
                LOG.log(System.Logger.Level.WARNING, "the disk of the conversation cache does not answer");
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
