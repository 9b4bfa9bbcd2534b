package dev.llamero.gateway.access;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Wrong credentials per source, of whatever kind: ten within a minute, then five minutes of rest. The same wrong one
 * again is no new guess, so a forgotten tab does not lock its owner out. Any thread.
 */
final class FailedAttempts {
    static final int ATTEMPTS_MAX = 10;
    static final long WINDOW_NANOS = 60_000_000_000L;
    static final long REST_NANOS = 300_000_000_000L;
    /** Sources remembered; the one that was quiet for longest makes room. */
    static final int SOURCES_MAX = 10_000;

    private final LongSupplier nanos;
    private final Map<String, Source> sources = new LinkedHashMap<>(16, 0.75f, true);

    FailedAttempts(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Seconds until this source may try again; 0 if it may now. */
    synchronized long restSeconds(String source) {
        Source known = sources.get(source);
        long now = nanos.getAsLong();
        if (known == null || !known.resting || now - known.restsUntilNanos >= 0) {
            return 0;
        }
        return (known.restsUntilNanos - now + 999_999_999) / 1_000_000_000;
    }

    /** Counts one. */
    synchronized void failed(String source, String credentialHash) {
        long now = nanos.getAsLong();
        Source known = sources.computeIfAbsent(source, name -> new Source());
        known.attempts.removeIf(attempt -> now - attempt.atNanos() >= WINDOW_NANOS);
        if (known.attempts.stream().anyMatch(attempt -> attempt.hash().equals(credentialHash))) {
            return;
        }
        known.attempts.add(new Attempt(credentialHash, now));
        if (known.attempts.size() >= ATTEMPTS_MAX) {
            known.attempts.clear();
            known.resting = true;
            known.restsUntilNanos = now + REST_NANOS;
        }
        if (sources.size() > SOURCES_MAX) {
            Iterator<String> oldest = sources.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private record Attempt(String hash, long atNanos) {}

    private static final class Source {
        private final ArrayDeque<Attempt> attempts = new ArrayDeque<>();
        private boolean resting;
        private long restsUntilNanos;
    }
}
