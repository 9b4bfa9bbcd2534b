package dev.llamero.models.registry;

import java.time.Duration;

/**
 * Bounds of transfers. Immutable.
 *
 * @param partBytesMin smallest part of a blob, but for the last
 * @param partBytesMax largest part
 * @param streams parts of one blob that are fetched at the same time
 * @param tries attempts of one part, or of one request, that bring nothing
 * @param backoff wait after the first failed attempt; doubles each time
 * @param stall longest silence of a server within a body
 * @param reply longest wait for the head of a reply
 * @param saving how often the state of unfinished parts is written to the disk
 */
record TransferLimits(
        long partBytesMin,
        long partBytesMax,
        int streams,
        int tries,
        Duration backoff,
        Duration stall,
        Duration reply,
        Duration saving) {
    /** Parts, tries and waits as Ollama has them (specification 17.2). */
    static final TransferLimits DEFAULTS = new TransferLimits(
            100_000_000,
            1_000_000_000,
            16,
            6,
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1));

    /** A manifest has some hundred bytes. */
    static final int MANIFEST_BYTES_MAX = 4 << 20;

    static final int LAYERS_MAX = 1_000;
    /** 16 TiB: more than any model has. */
    static final long MODEL_BYTES_MAX = 16L << 40;

    static final int REPLY_BYTES_MAX = 64 << 10;
    static final int REDIRECTS_MAX = 10;
    /** An attempt that brought so much was no failed one. */
    static final long PROGRESS_BYTES = 1 << 20;

    static final int PARTS_MAX = 4_096;

    private static final Duration BACKOFF_MAX = Duration.ofSeconds(60);

    /** How long a part of a blob is. */
    long partBytes(long total) {
        return Math.max(Math.clamp(total / streams, partBytesMin, partBytesMax), total / PARTS_MAX + 1);
    }

    /** The wait after so many failed attempts, at least what the server asks for, but bounded. */
    long backoffMillis(int failed, long askedMillis) {
        long doubled = backoff.toMillis() << Math.min(failed - 1, 10);
        return Math.min(Math.max(doubled, askedMillis), BACKOFF_MAX.toMillis());
    }
}
