package dev.llamero.inference.engine;

/**
 * A conversation whose cells are kept somewhere, for lists.
 *
 * @param tier where its last cells lie
 * @param salt the beginning of the digest of the salt it is kept under: tells users apart without naming them
 * @param tokens its length
 * @param bytes of all its cells; what it shares with others is counted for each
 * @param lastUsedMillis when it was used last, in milliseconds since 1970; for one that runs the present
 */
public record CachedConversation(Tier tier, String salt, int tokens, long bytes, long lastUsedMillis) {
    /** So many digits tell users apart. */
    private static final int SALT_DIGITS = 12;

    /** Places for cells, the quickest first. */
    public enum Tier {
        RUNNING,
        KV,
        GPU,
        MEMORY,
        DISK
    }

    public CachedConversation {
        salt = salt.substring(0, Math.min(SALT_DIGITS, salt.length()));
    }
}
