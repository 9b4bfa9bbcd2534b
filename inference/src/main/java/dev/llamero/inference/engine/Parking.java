package dev.llamero.inference.engine;

import java.util.Optional;

/**
 * Moves sequences between the KV cache and host memory, and remembers those outside. What lies in the cache is {@link
 * SequenceCache}'s business. Engine's thread only, between steps: a save takes about 0.6 ms per MiB on a CPU, a restore
 * a third of that.
 */
final class Parking {
    private static final System.Logger LOG = System.getLogger(Parking.class.getName());

    private final Decoder decoder;
    private final ParkingRule rule;
    private final ParkedSequences parked;
    private boolean shiftPending;
    private boolean savedSinceStep;

    Parking(Decoder decoder, ParkingRule rule) {
        this.decoder = decoder;
        this.rule = rule;
        this.parked = new ParkedSequences(rule.bytesMax());
    }

    /** Whether something can be saved now. A shift only takes effect with the next step, and a copy would miss it. */
    boolean possible() {
        return rule.enabled() && !shiftPending;
    }

    boolean pays(CachedSequence sequence, int rentToCome) {
        return rule.pays(sequence.rent + rentToCome);
    }

    /** Whether a save already delayed the coming step. */
    boolean savedSinceStep() {
        return savedSinceStep;
    }

    void shifted() {
        shiftPending = true;
    }

    void stepDone() {
        shiftPending = false;
        savedSinceStep = false;
    }

    /** Sees to it that a sequence can be restored later. False if it cannot be kept; the cache is not changed. */
    boolean save(CachedSequence sequence) {
        if (!possible()) {
            return false;
        }
        if (parked.covers(sequence.tokens, sequence.salt, sequence.lastUsed)) {
            return true;
        }
        long start = System.nanoTime();
        long bytes = decoder.savedBytes(sequence.id);
        if (bytes == 0 || !parked.makeRoom(bytes)) {
            return false;
        }
        Optional<SavedSequence> saved = decoder.save(sequence.id);
        if (saved.isEmpty()) {
            return false;
        }
        savedSinceStep = true;
        parked.add(sequence.tokens.copy(), sequence.salt, saved.get(), sequence.lastUsed);
        log("Parked", sequence.size(), bytes, start);
        return true;
    }

    /** The parked conversation that saves most beyond what needs no restoring; null if none is worth it. */
    ParkedSequences.Parked best(TokenList tokens, String salt, int have) {
        return parked.best(tokens, salt, have);
    }

    /** Keeps a conversation from being dropped while room is made for it; null ends that. */
    void pin(ParkedSequences.Parked conversation) {
        parked.pin(conversation);
    }

    /** Writes a parked conversation's cells to an empty sequence. If that fails it is forgotten. */
    boolean restore(ParkedSequences.Parked conversation, CachedSequence target) {
        long start = System.nanoTime();
        if (!decoder.restore(conversation.saved(), target.id)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "A parked conversation of {0} tokens could not be restored; it is evaluated again",
                    conversation.size());
            parked.drop(conversation);
            return false;
        }
        log("Restored", conversation.size(), conversation.saved().bytes(), start);
        return true;
    }

    /** After a restore: whether the parked copy stays, for a conversation that goes on elsewhere. */
    void keep(ParkedSequences.Parked conversation, boolean stays, long now) {
        if (stays) {
            conversation.lastUsed = now;
        } else {
            parked.drop(conversation);
        }
    }

    private void log(String what, int tokens, long bytes, long startNanos) {
        LOG.log(
                System.Logger.Level.DEBUG,
                "{0} {1} tokens, {2} bytes, in {3} ms; {4} conversations with {5} bytes are parked",
                what,
                tokens,
                bytes,
                (System.nanoTime() - startNanos) / 1_000_000,
                parked.count(),
                parked.bytes());
    }

    /** Frees all host memory. */
    void close() {
        parked.clear();
    }
}
