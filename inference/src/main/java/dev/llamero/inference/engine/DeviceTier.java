package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Idle conversations in the memory of the device that computes, outside of the KV cache: no step reads them, and they
 * are there again without a way over the bus. Bounded by bytes; what must leave goes to {@link Parking}'s places, the
 * least recently used first. For that it is brought into the cache for a moment, since only cells can be saved.
 *
 * <p>Each is whole and on its own. Engine's thread only, between steps.
 */
final class DeviceTier {
    private static final System.Logger LOG = System.getLogger(DeviceTier.class.getName());

    private final Decoder decoder;
    private final long bytesMax;
    private final KvCells cells;
    private final Parking parking;
    private final EngineFigures figures;

    /** The least recently used first. */
    private final List<Resident> residents = new ArrayList<>();

    private Resident pinned;
    private long bytes;

    /**
     * An empty tier.
     *
     * @param bytesMax most bytes of the device; 0 for none
     */
    DeviceTier(Decoder decoder, long bytesMax, KvCells cells, Parking parking, EngineFigures figures) {
        this.decoder = decoder;
        this.bytesMax = bytesMax;
        this.cells = cells;
        this.parking = parking;
        this.figures = figures;
    }

    /** A conversation that waits here. */
    static final class Resident {
        private final TokenList tokens;
        private final String salt;
        private final DeviceCopy copy;
        private long lastUsed;
        private long lastUsedMillis;

        private Resident(CachedSequence sequence, DeviceCopy copy) {
            this.tokens = sequence.tokens.copy();
            this.salt = sequence.salt;
            this.copy = copy;
        }

        int size() {
            return tokens.size();
        }

        /** How many tokens of a prompt it saves; one is always left to evaluate. */
        int prefix(TokenList prompt) {
            return Math.min(tokens.commonPrefix(prompt), prompt.size() - 1);
        }
    }

    /** Whether something can be copied now. */
    boolean possible() {
        return bytesMax > 0 && decoder.deviceBytes(1) > 0 && !parking.shifting();
    }

    /** Whether sequences of so many tokens together could be kept without any that must leave for them. */
    boolean hasRoomFor(int tokens) {
        return possible() && bytes + decoder.deviceBytes(tokens) <= bytesMax;
    }

    /** Whether an idle sequence had better be here than go on costing rent in the cache. */
    boolean pays(CachedSequence sequence, int rentToCome) {
        return takes(sequence) && ParkingRule.paysOnDevice(sequence.rent + rentToCome);
    }

    private boolean takes(CachedSequence sequence) {
        return possible()
                && !sequence.unkeepable
                && sequence.pieces <= ParkingRule.PIECES_ON_DEVICE_MAX
                && decoder.deviceBytes(sequence.size()) <= bytesMax;
    }

    /** Keeps a copy of a sequence, so that its cells can go. False if there is no room for it. */
    boolean keep(CachedSequence sequence) {
        if (!takes(sequence)) {
            return false;
        }
        Resident same = find(each ->
                each.salt.equals(sequence.salt) && each.tokens.commonPrefix(sequence.tokens) == sequence.size());
        if (same == null) {
            same = copied(sequence);
        }
        if (same == null) {
            sequence.unkeepable = true;
            return false;
        }
        residents.remove(same);
        same.lastUsed = Math.max(same.lastUsed, sequence.lastUsed);
        same.lastUsedMillis = Math.max(same.lastUsedMillis, sequence.lastUsedMillis);
        int at = residents.size();
        while (at > 0 && residents.get(at - 1).lastUsed > same.lastUsed) {
            at--;
        }
        residents.add(at, same);
        return true;
    }

    private Resident copied(CachedSequence sequence) {
        dropBeginningsOf(sequence);
        long start = System.nanoTime();
        long more = decoder.deviceBytes(sequence.size());
        while (bytes + more > bytesMax) {
            if (!oneLeaves()) {
                return null;
            }
        }
        DeviceCopy copy = decoder.keep(sequence.id, sequence.size()).orElse(null);
        if (copy == null && oneLeaves()) {
            // There was no id left for it, or less memory than was counted.
            copy = decoder.keep(sequence.id, sequence.size()).orElse(null);
        }
        if (copy == null) {
            return null;
        }
        bytes += copy.bytes();
        figures.add(EngineFigure.TOKENS_PARKED, sequence.size());
        log("Kept", sequence.size(), start);
        return new Resident(sequence, copy);
    }

    /** A conversation that went on makes what it was before superfluous. */
    private void dropBeginningsOf(CachedSequence sequence) {
        for (Resident each : List.copyOf(residents)) {
            boolean begins =
                    each.salt.equals(sequence.salt) && each.tokens.commonPrefix(sequence.tokens) == each.size();
            if (begins && each != pinned) {
                drop(each);
            }
        }
    }

    /** Frees the least recently used. False if there is none, or it cannot be kept elsewhere and should stay. */
    private boolean oneLeaves() {
        Resident oldest = find(each -> each != pinned);
        if (oldest == null || !leaves(oldest)) {
            return false;
        }
        figures.add(EngineFigure.EVICTIONS_DEVICE, 1);
        return true;
    }

    private boolean leaves(Resident resident) {
        boolean there = !parking.possible() || parking.outside(resident.tokens, resident.salt) == resident.size();
        if (!there && !lend(resident, sequence -> parking.save(sequence, true))) {
            return false;
        }
        drop(resident);
        return true;
    }

    /** Brings a whole conversation back for one piece of work. False if there is no room, or the work says so. */
    private boolean lend(Resident resident, Predicate<CachedSequence> work) {
        CachedSequence sequence = cells.unused();
        if (sequence == null || !append(resident, sequence, resident.size())) {
            return false;
        }
        sequence.salt = resident.salt;
        sequence.lastUsed = resident.lastUsed;
        try {
            return work.test(sequence);
        } finally {
            cells.clear(sequence);
            sequence.rest();
        }
    }

    private boolean append(Resident resident, CachedSequence target, int to) {
        if (cells.freeCells() < resident.copy.cells()) {
            return false;
        }
        int from = target.size();
        if (!decoder.bringBack(resident.copy, target.id, to)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} tokens could not be brought back from the device; they are evaluated again",
                    resident.size());
            drop(resident);
            return false;
        }
        for (int i = from; i < to; i++) {
            cells.append(target, resident.tokens.get(i));
        }
        return true;
    }

    /** What saves most of a prompt beyond what the cache holds; null if nothing is worth it. */
    Resident best(TokenList tokens, String salt, int have) {
        Resident best = null;
        int longest = have;
        for (Resident each : residents) {
            int prefix = each.salt.equals(salt) ? each.prefix(tokens) : 0;
            if (prefix > longest && ParkingRule.worthRestoring(prefix - have, each.size())) {
                best = each;
                longest = prefix;
            }
        }
        return best;
    }

    /** The longest prefix of a prompt here and in the cache. */
    int longest(TokenList tokens, String salt, int have) {
        Resident best = best(tokens, salt, have);
        return best == null ? have : best.prefix(tokens);
    }

    /** Keeps a conversation here while room is made for it in the cache; null for none. */
    void pin(Resident resident) {
        pinned = resident;
    }

    /**
     * Appends a conversation's tokens to a sequence with its salt, from the sequence's end on. It leaves this tier if
     * all of it comes back.
     *
     * @param to position behind the last token
     * @return false if that failed; the sequence is as it was
     */
    boolean bringBack(Resident resident, CachedSequence target, int to) {
        long start = System.nanoTime();
        int from = target.size();
        if (!append(resident, target, to)) {
            return false;
        }
        figures.add(EngineFigure.TOKENS_RESTORED, to - from);
        if (to == resident.size()) {
            drop(resident);
        }
        log("Brought back", to - from, start);
        return true;
    }

    /** Saves one block of one conversation where it outlives this tier. False if there is none that can be. */
    boolean saveAhead() {
        Resident next = find(each -> parking.outside(each.tokens, each.salt) < Parking.wholeBlocks(each.size()));
        return next != null && lend(next, parking::saveAhead);
    }

    private Resident find(Predicate<Resident> wanted) {
        for (Resident each : residents) {
            if (wanted.test(each)) {
                return each;
            }
        }
        return null;
    }

    private void drop(Resident resident) {
        if (residents.remove(resident)) {
            bytes -= resident.copy.bytes();
            resident.copy.close();
        }
    }

    /** Forgets all. */
    void clear() {
        List.copyOf(residents).forEach(this::drop);
    }

    /** Moves all to {@link Parking}'s places, as far as the empty cache has room for each. */
    void leaveAll() {
        for (Resident each : List.copyOf(residents)) {
            if (!leaves(each)) {
                drop(each);
            }
        }
    }

    void show() {
        figures.set(EngineFigure.DEVICE_BYTES, bytes);
        figures.set(EngineFigure.DEVICE_BYTES_MAX, bytesMax);
    }

    /** What waits here, for lists. */
    List<CachedConversation> conversations() {
        List<CachedConversation> found = new ArrayList<>();
        for (Resident each : residents) {
            found.add(new CachedConversation(
                    CachedConversation.Tier.GPU,
                    BlockHeader.sha256(each.salt),
                    each.size(),
                    each.copy.bytes(),
                    each.lastUsedMillis));
        }
        return found;
    }

    private void log(String what, int tokens, long startNanos) {
        LOG.log(
                System.Logger.Level.DEBUG,
                "{0} {1} tokens on the device in {2} ms; {3} conversations, {4} bytes",
                what,
                tokens,
                (System.nanoTime() - startNanos) / 1_000_000,
                residents.size(),
                bytes);
    }
}
