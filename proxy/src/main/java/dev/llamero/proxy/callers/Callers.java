package dev.llamero.proxy.callers;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who may call: the one key of the settings and those of the keys file. Immutable; a reload makes a new one. */
public final class Callers {
    /** Id of the key in the setting {@code api-key}; no key of the file can have it. */
    public static final String SINGLE = "api-key";

    private static final byte[] NO_HASH = new byte[32];

    private final Optional<Entry> single;
    private final Map<String, Entry> byId = new HashMap<>();
    private final boolean required;

    private record Entry(Caller caller, byte[] hash) {}

    /**
     * @param apiKey of the settings
     * @param keys of the file; empty if there is no file
     */
    public Callers(Optional<String> apiKey, Optional<KeyFile.Content> keys, Accounts accounts) {
        this.required = apiKey.isPresent() || keys.isPresent();
        this.single = apiKey.map(text -> single(text, accounts));
        keys.ifPresent(content -> {
            byte[] secret = content.saltSecret();
            for (ApiKey key : content.keys()) {
                var caller = new Caller(key, accounts.of(key.id(), key.limits()), KeyText.hmac(secret, key.id()));
                byId.put(key.id(), new Entry(caller, HexFormat.of().parseHex(key.sha256())));
            }
        });
    }

    private static Entry single(String text, Accounts accounts) {
        byte[] hash = KeyText.sha256(text);
        var key = new ApiKey(
                SINGLE,
                SINGLE,
                HexFormat.of().formatHex(hash),
                KeyLimits.NONE,
                List.of(),
                Optional.empty(),
                Instant.EPOCH);
        return new Entry(new Caller(key, accounts.of(SINGLE, key.limits()), KeyText.hmac(hash, SINGLE)), hash);
    }

    /** Whether a key must be shown: once there is a keys file, also if all its keys are revoked. */
    public boolean required() {
        return required;
    }

    /**
     * Whose key it is; empty if it is nobody's. Hashes are compared in constant time, and for an id that does not exist
     * too.
     */
    public Optional<Caller> find(String key) {
        byte[] hash = KeyText.sha256(key);
        Optional<Entry> meant = KeyText.id(key).map(byId::get);
        boolean known = MessageDigest.isEqual(meant.map(Entry::hash).orElse(NO_HASH), hash);
        boolean isSingle = MessageDigest.isEqual(single.map(Entry::hash).orElse(NO_HASH), hash);
        if (isSingle) {
            return single.map(Entry::caller);
        }
        return known ? meant.map(Entry::caller) : Optional.empty();
    }
}
