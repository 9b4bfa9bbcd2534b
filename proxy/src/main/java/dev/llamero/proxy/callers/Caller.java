package dev.llamero.proxy.callers;

import java.time.Instant;
import java.util.Optional;

/**
 * Whose key was shown.
 *
 * @param account what it has used
 * @param cacheSalt under which a model server may reuse what it has computed: one value per key, which tells nothing of
 *     the key
 */
public record Caller(ApiKey key, Account account, String cacheSalt) {
    /** Whether the key has expired. */
    public boolean expired(Instant now) {
        Optional<Instant> end = key.expires();
        return end.isPresent() && !now.isBefore(end.get());
    }
}
