package dev.llamero.inference.model;

import dev.llamero.inference.api.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;

/** A model in memory or on its way there. Every field that changes is guarded by the lock of {@link LoadedModels}. */
final class Resident {
    /** Year 2318 or so, as Ollama shows a model that never expires. */
    private static final Duration NEVER = GoDuration.FOREVER;

    final LocalModel model;
    final LoadOptions options;
    /** Null while it loads. */
    LoadedEngine loaded;

    Duration keepAlive;
    int users;
    /** Its engine ended by itself; it is to be loaded anew. */
    boolean broken;

    Instant lastUse = Instant.now();
    Future<?> expiry;

    Resident(LocalModel model, LoadOptions options, Duration keepAlive) {
        this.model = model;
        this.options = options;
        this.keepAlive = keepAlive;
    }

    /** Whether a request with these options can use it. */
    boolean fits(LoadOptions wanted) {
        return loaded != null && !broken && options.serve(wanted);
    }

    boolean isIdle() {
        return loaded != null && users == 0;
    }

    Instant expires() {
        Instant from = users > 0 ? Instant.now() : lastUse;
        return from.plus(keepAlive.equals(NEVER) ? NEVER : keepAlive);
    }

    void cancelExpiry() {
        if (expiry != null) {
            expiry.cancel(false);
            expiry = null;
        }
    }
}
