package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The downloads that run in this process: one per digest, shared by all who want it, and cancelled when the last of
 * them has left. Any thread.
 */
final class Downloads {
    private static final long TICK_MILLIS = 60;

    private final StoreFolder store;
    private final TransferLimits limits;
    /** Guarded by this, like the counts. */
    private final Map<Digest, Shared> running = new HashMap<>();

    private static final class Shared {
        private final BlobDownload download;
        private int users;

        Shared(BlobDownload download) {
            this.download = download;
        }
    }

    Downloads(StoreFolder store, TransferLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    /** Somebody's share in a download; one thread. */
    final class Share implements AutoCloseable {
        private final Digest digest;
        private final Shared shared;
        private final boolean own;
        private boolean closed;

        private Share(Digest digest, Shared shared, boolean own) {
            this.digest = digest;
            this.shared = shared;
            this.own = own;
        }

        /** Whether it gets its bytes from the source that this share brought. */
        boolean isOwn() {
            return own;
        }

        /**
         * Waits until the bytes are there, or until they are checked too, and tells meanwhile how far they are.
         *
         * @throws IOException why they did not come, or {@link RegistryException.Cancelled}
         */
        void await(boolean checked, TransferListener listener) throws IOException {
            BlobDownload download = shared.download;
            boolean told = false;
            while (!download.awaitEnd(TICK_MILLIS) && (checked || !download.isFetched())) {
                if (listener.isGone()) {
                    throw new RegistryException.Cancelled();
                }
                if (!download.isFetched()) {
                    listener.tell(TransferEvent.pulling(digest, download.size(), download.completed()));
                    told = true;
                }
            }
            if (download.failure().isPresent()) {
                throw download.failure().get();
            }
            if (!checked || told) {
                listener.tell(TransferEvent.pulling(digest, download.size(), download.size()));
            }
        }

        @Override
        public void close() {
            synchronized (Downloads.this) {
                if (!closed && --shared.users == 0) {
                    shared.download.cancel();
                }
                closed = true;
            }
        }
    }

    /** Takes part in the download of a blob; begins it if none runs. */
    Share join(Digest digest, long size, BlobSource source, TransferListener listener) throws IOException {
        while (true) {
            Shared before;
            synchronized (this) {
                before = running.get(digest);
                if (before == null) {
                    var shared = new Shared(new BlobDownload(store.blobs(), digest, size, source, limits));
                    shared.users = 1;
                    running.put(digest, shared);
                    shared.download.start(() -> remove(digest));
                    return new Share(digest, shared, true);
                }
                // One that was given another size may be the one that is lied to.
                if (!before.download.isCancelled() && before.download.size() == size) {
                    before.users++;
                    return new Share(digest, before, false);
                }
            }
            if (listener.isGone()) {
                throw new RegistryException.Cancelled();
            }
            before.download.awaitEnd(TICK_MILLIS);
        }
    }

    private synchronized void remove(Digest digest) {
        running.remove(digest);
    }

    /** Ends all, without waiting. */
    synchronized void cancelAll() {
        running.values().forEach(shared -> shared.download.cancel());
    }
}
