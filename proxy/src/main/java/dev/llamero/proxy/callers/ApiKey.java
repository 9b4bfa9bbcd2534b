package dev.llamero.proxy.callers;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the keys file says of one key. Never the key itself. Immutable.
 *
 * @param id public part of the key: in logs, figures and {@code llamero key revoke}
 * @param name who it is for, for people
 * @param sha256 of the whole key, in hex. A plain hash is right for a key of 256 random bits: it cannot be guessed, so
 *     a slow hash would only slow down each request
 * @param models that it may use; empty for all
 * @param expires when it stops to count; empty for never
 */
public record ApiKey(
        String id,
        String name,
        String sha256,
        KeyLimits limits,
        List<String> models,
        Optional<Instant> expires,
        Instant created) {
    public ApiKey {
        Objects.requireNonNull(id, "id is null");
        Objects.requireNonNull(limits, "limits is null");
        models = List.copyOf(models);
    }

    /** The id in a key that was just made. */
    public static String id(String key) {
        return KeyText.id(key).orElseThrow();
    }

    /** The same key with other limits. */
    public ApiKey with(KeyLimits others) {
        return new ApiKey(id, name, sha256, others, models, expires, created);
    }

    /** Whether it may use a model, by the name that callers use. */
    public boolean mayUse(String model) {
        return models.isEmpty() || models.contains(model) || models.contains(model + ":latest");
    }
}
