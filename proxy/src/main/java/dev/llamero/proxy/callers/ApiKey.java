package dev.llamero.proxy.callers;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
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
    private static final String DEFAULT_TAG = ":latest";

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

    /** The same key with another secret. */
    ApiKey withHash(String hash) {
        return new ApiKey(id, name, hash, limits, models, expires, created);
    }

    /**
     * Whether it may use a model, by the name that callers use. Names compare as they do where a model's server is
     * looked for: without case, and with {@code :latest} understood.
     */
    public boolean mayUse(String model) {
        String asked = compared(model);
        return models.isEmpty()
                || models.stream().anyMatch(allowed -> compared(allowed).equals(asked));
    }

    private static String compared(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(DEFAULT_TAG) ? lower.substring(0, lower.length() - DEFAULT_TAG.length()) : lower;
    }
}
