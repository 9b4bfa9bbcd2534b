package dev.llamero.models.registry;

import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fetches one blob: its parts at the same time, then its digest is checked, then it gets its name. Runs on a virtual
 * thread of its own and one per stream; any thread may wait for it or cancel it.
 */
final class BlobDownload {
    private static final System.Logger LOG = System.getLogger(BlobDownload.class.getName());
    private static final long LOCKED_WAIT_MILLIS = 300;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Blobs blobs;
    private final Digest digest;
    private final long size;
    private final BlobSource source;
    private final TransferLimits limits;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile PartialBlob partial;
    private volatile boolean fetched;
    private volatile boolean cancelled;
    private volatile IOException failure;

    BlobDownload(Blobs blobs, Digest digest, long size, BlobSource source, TransferLimits limits) {
        this.blobs = blobs;
        this.digest = digest;
        this.size = size;
        this.source = source;
        this.limits = limits;
    }

    long size() {
        return size;
    }

    /** Begins; {@code then} runs at the end, before anybody who waits hears of it. */
    void start(Runnable then) {
        Thread.ofVirtual().name("download-" + digest.shortHex()).start(() -> {
            try {
                run();
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "the download of " + digest + " failed", e);
                failure = new RegistryException("internal error: " + e, e);
            } finally {
                then.run();
                ended.countDown();
            }
        });
    }

    /** Ends it soon; what has arrived stays for the next one. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Bytes that have arrived. */
    long completed() {
        PartialBlob known = partial;
        return fetched ? size : known == null ? 0 : known.completed();
    }

    /** Whether all bytes are there; their digest may still be wrong. */
    boolean isFetched() {
        return fetched;
    }

    /** Waits so long for the end; true if it has come. */
    boolean awaitEnd(long millis) throws RegistryException {
        try {
            return ended.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }

    /** Why it failed; empty if it did not, or has not ended. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() throws IOException {
        Digest wrong = attempt();
        if (wrong != null) {
            LOG.log(System.Logger.Level.WARNING, "the bytes of " + digest + " are wrong and are fetched once more");
            wrong = attempt();
        }
        if (wrong != null) {
            throw new RegistryException(
                    "digest mismatch, file must be downloaded again: want " + digest + ", got " + wrong);
        }
    }

    /** Fetches and checks; gives the digest if it is a wrong one, and then nothing of it is kept. */
    private Digest attempt() throws IOException {
        fetched = false;
        try (PartialBlob opened = open()) {
            if (opened == null) {
                return null;
            }
            partial = opened;
            fetch(opened);
            fetched = true;
            Digest actual = opened.hash(() -> cancelled);
            if (!actual.equals(digest)) {
                opened.discard();
                return actual;
            }
            opened.adopt();
            return null;
        } catch (IOException e) {
            if (NetworkFailures.isDiskFull(e)) {
                throw new RegistryException(
                        "the disk of " + blobs.folder() + " is full; free some space and pull again,"
                                + " which goes on from here",
                        e);
            }
            throw e;
        }
    }

    /** The partial file, once no other process has it; null if one has finished it meanwhile. */
    private PartialBlob open() throws IOException {
        while (!cancelled) {
            Optional<PartialBlob> opened = PartialBlob.open(blobs, digest, size, limits);
            if (blobs.has(digest) && blobs.size(digest) == size) {
                if (opened.isPresent()) {
                    opened.get().discard();
                    opened.get().close();
                }
                return null;
            }
            if (opened.isPresent()) {
                return opened.get();
            }
            pause();
        }
        throw new RegistryException.Cancelled();
    }

    private static void pause() throws RegistryException {
        try {
            Thread.sleep(LOCKED_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }

    private void fetch(PartialBlob opened) throws IOException {
        List<Part> todo = todo(opened);
        if (todo.isEmpty()) {
            return;
        }
        // The first answer tells whether the server knows ranges, and where it keeps the bytes.
        Part first = todo.getFirst();
        BlobSource.Opened answer = firstAnswer(first);
        try {
            new Streams(opened).run(todo, answer);
        } catch (NoRangesException e) {
            LOG.log(System.Logger.Level.DEBUG, "the server of " + digest + " knows no ranges", e);
            opened.plan(Math.max(1, size));
            new Streams(opened).run(todo(opened), e.answer);
        }
    }

    private static List<Part> todo(PartialBlob opened) {
        return opened.parts().stream().filter(part -> part.left() > 0).toList();
    }

    private BlobSource.Opened firstAnswer(Part first) throws IOException {
        var attempts = new Attempts(limits, () -> cancelled);
        while (true) {
            try {
                return source.open(first.position(), first.end(), size, () -> cancelled);
            } catch (IOException e) {
                attempts.failed(e, false);
            }
        }
    }

    /** The server answers a range with the whole. */
    private static final class NoRangesException extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient BlobSource.Opened answer;

        NoRangesException(BlobSource.Opened answer) {
            super("the server knows no ranges");
            this.answer = answer;
        }
    }

    /** The streams of one attempt; ends all when one fails. */
    private final class Streams {
        private final PartialBlob opened;
        private final AtomicReference<IOException> failed = new AtomicReference<>();

        Streams(PartialBlob opened) {
            this.opened = opened;
        }

        void run(List<Part> todo, BlobSource.Opened answer) throws IOException {
            boolean whole = opened.parts().size() == 1;
            if (!answer.ranged() && !(whole && todo.getFirst().completed() == 0)) {
                throw new NoRangesException(answer);
            }
            var left = new CountDownLatch(todo.size());
            try (ExecutorService threads = Executors.newFixedThreadPool(
                    limits.streams(),
                    Thread.ofVirtual().name("part-of-" + digest.shortHex()).factory())) {
                for (Part part : new ArrayList<>(todo)) {
                    BlobSource.Opened given = part == todo.getFirst() ? answer : null;
                    threads.execute(() -> {
                        fetchOrFail(part, given);
                        left.countDown();
                    });
                }
                watch(todo, left);
            } finally {
                opened.save();
            }
            if (failed.get() != null) {
                throw failed.get();
            }
        }

        private boolean isOver() {
            return cancelled || failed.get() != null;
        }

        /** Saves, and ends silent streams, until all parts are done or one failed. */
        private void watch(List<Part> todo, CountDownLatch left) throws IOException {
            try {
                while (!left.await(Math.min(limits.saving().toMillis(), 100), TimeUnit.MILLISECONDS)) {
                    long silence = isOver() ? 0 : limits.stall().toNanos();
                    todo.forEach(part -> part.closeIfSilent(silence));
                    saveAtTimes();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fail(new RegistryException.Cancelled());
            } catch (IOException e) {
                fail(e);
            }
        }

        private long savedNanos = System.nanoTime();

        private void saveAtTimes() throws IOException {
            if (System.nanoTime() - savedNanos >= limits.saving().toNanos()) {
                opened.save();
                savedNanos = System.nanoTime();
            }
        }

        private void fail(IOException e) {
            boolean first = failed.compareAndSet(null, e);
            if (!first && e instanceof NoRangesException other) {
                // Only one answer can be read on.
                HttpLink.close(other.answer.body());
            }
        }

        private void fetchOrFail(Part part, BlobSource.Opened given) {
            try {
                fetch(part, given);
                opened.save();
            } catch (IOException e) {
                fail(e);
            } catch (RuntimeException e) {
                fail(new RegistryException("internal error: " + e, e));
            }
        }

        private void fetch(Part part, BlobSource.Opened given) throws IOException {
            var attempts = new Attempts(limits, this::isOver);
            BlobSource.Opened answer = given;
            while (part.left() > 0) {
                long before = part.completed();
                try {
                    if (answer == null) {
                        answer = source.open(part.position(), part.end(), size, this::isOver);
                    }
                    copy(part, answer);
                } catch (NoRangesException e) {
                    throw e;
                } catch (IOException e) {
                    attempts.failed(e, part.completed() - before >= TransferLimits.PROGRESS_BYTES);
                }
                answer = null;
            }
        }

        private void copy(Part part, BlobSource.Opened answer) throws IOException {
            if (!answer.ranged()) {
                restart(part, answer);
            }
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream body = answer.body()) {
                part.reading(body);
                while (part.left() > 0 && !isOver()) {
                    int read = body.read(buffer, 0, (int) Math.min(buffer.length, part.left()));
                    if (read < 0) {
                        throw new EOFException("unexpected EOF after " + part.completed() + " of " + part.size()
                                + " bytes of a part of " + digest);
                    }
                    opened.write(part, buffer, read);
                }
            } finally {
                part.read();
            }
            if (part.left() > 0) {
                throw new RegistryException.Cancelled();
            }
        }

        /** A server without ranges begins at the beginning, which is right only for the one part that is all. */
        private void restart(Part part, BlobSource.Opened answer) throws IOException {
            if (opened.parts().size() > 1) {
                throw new NoRangesException(answer);
            }
            part.reset();
        }
    }
}
