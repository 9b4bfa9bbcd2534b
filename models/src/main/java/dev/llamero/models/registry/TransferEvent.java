package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import java.util.Optional;

/**
 * How far a pull or push is, in the words of Ollama's API (specification 17.1). Immutable.
 *
 * @param status such as {@code pulling manifest}
 * @param digest of the blob that is moved; empty if none is
 * @param total bytes of that blob
 * @param completed bytes of it that have arrived
 */
public record TransferEvent(String status, Optional<Digest> digest, long total, long completed) {
    /** The last event of a transfer that worked. */
    public static final String SUCCESS = "success";

    static TransferEvent of(String status) {
        return new TransferEvent(status, Optional.empty(), 0, 0);
    }

    static TransferEvent pulling(Digest digest, long total, long completed) {
        return new TransferEvent("pulling " + digest.shortHex(), Optional.of(digest), total, completed);
    }

    static TransferEvent pushing(Digest digest, long total, long completed) {
        return new TransferEvent("pushing " + digest.shortHex(), Optional.of(digest), total, completed);
    }
}
