package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockFolder;
import dev.llamero.inference.disk.BlockHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Moves sequences between the KV cache and the places outside of it: host memory ({@link HostTier}) and disk. What lies
 * in the cache is {@link SequenceCache}'s business. Engine's thread only, between steps: a save takes about 0.6 ms per
 * MiB on a CPU, a restore a third of that; files are other threads' work.
 */
final class Parking {
    private static final System.Logger LOG = System.getLogger(Parking.class.getName());

    /** Most bytes that wait to be written; half of the memory, if that is less. */
    private static final long QUEUE_BYTES_MAX = 1L << 30;

    private final Decoder decoder;
    private final ParkingRule rule;
    private final HostTier tier;
    private boolean shiftPending;
    private boolean savedSinceStep;

    Parking(Decoder decoder, ParkingRule rule, HostTier tier) {
        this.decoder = decoder;
        this.rule = rule;
        this.tier = tier;
    }

    /**
     * Places outside of a decoder's cache.
     *
     * @param kept files of the same kind of cells; null for none. Owned from now on
     * @param wake called from another thread when a file was read or written
     */
    static Parking open(
            Decoder decoder,
            ParkingRule rule,
            BlockFolder kept,
            BlockWorth worth,
            EngineFigures figures,
            Runnable wake) {
        DiskTier disk = kept == null || !rule.enabled() ? null : new DiskTier(kept, wake, queueBytes(rule.bytesMax()));
        String kind = kept == null ? BlockHeader.sha256("") : kept.kind();
        ParkedBlocks blocks = new ParkedBlocks(kind, name -> {
            if (disk != null) {
                disk.delete(name);
            }
        });
        HostTier tier = new HostTier(decoder, rule.bytesMax(), disk, blocks, worth, figures);
        if (disk != null) {
            tier.takeFiles(disk.scan());
        }
        return new Parking(decoder, rule, tier);
    }

    private static long queueBytes(long memoryBytesMax) {
        return Math.clamp(memoryBytesMax / 2, 1, QUEUE_BYTES_MAX);
    }

    /** Whether something can be saved now. A shift only takes effect with the next step, and a copy would miss it. */
    boolean possible() {
        return rule.enabled() && !shiftPending;
    }

    /** Whether cells were moved and no step has run since. */
    boolean shifting() {
        return shiftPending;
    }

    /** How many of these tokens can be had from outside the cache. */
    int outside(TokenList tokens, String salt) {
        return tier.find(tokens, salt).tokens();
    }

    /** Whether sequences of so many tokens together could be saved without anything that must leave for them. */
    boolean hasRoomFor(int tokens) {
        return possible() && tier.hasRoom(decoder.savedBytes(tokens));
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

    /**
     * Sees to it that a sequence can be restored later: saves those of its blocks that are not outside yet. False if it
     * cannot be kept whole; the cache is not changed.
     *
     * @param urgent whether its cells are about to be lost
     */
    boolean save(CachedSequence sequence, boolean urgent) {
        if (!possible() || decoder.savedBytes(1) == 0) {
            return false;
        }
        long start = System.nanoTime();
        ParkedBlocks.Match match = tier.find(sequence.tokens, sequence.salt);
        tier.touch(match, sequence.lastUsed);
        if (match.tokens() == sequence.size()) {
            return true;
        }
        Block parent = lastFull(match, sequence.salt);
        int from = parent.to();
        if (!tier.couldHold(decoder.savedBytes(sequence.size() - from))) {
            return false;
        }
        savedSinceStep = true;
        tier.pin(match);
        try {
            for (int at = from; at < sequence.size(); at = parent.to()) {
                parent = saveBlock(sequence, parent, Math.min(at + Block.TOKENS, sequence.size()), urgent);
                if (parent == null) {
                    return false;
                }
            }
        } finally {
            tier.unpin();
        }
        log("Parked", sequence.size(), sequence.size() - from, start);
        return true;
    }

    /**
     * Copies the first full block of a sequence that is not outside yet, if there is room that nothing else uses. The
     * cells stay in the cache.
     *
     * @return false if there is no such block, or no room
     */
    boolean saveAhead(CachedSequence sequence) {
        if (!possible() || decoder.savedBytes(1) == 0) {
            return false;
        }
        Block parent = lastFull(tier.find(sequence.tokens, sequence.salt), sequence.salt);
        int to = parent.to() + Block.TOKENS;
        if (to > sequence.size() || !tier.hasRoom(decoder.savedBytes(Block.TOKENS))) {
            return false;
        }
        Block saved = saveBlock(sequence, parent, to, false);
        tier.unpin();
        if (saved == null) {
            sequence.unsavable = true;
            return false;
        }
        saved.doubled = true;
        return true;
    }

    /** Behind which more blocks can be added. */
    private Block lastFull(ParkedBlocks.Match match, String salt) {
        Block last = match.lastWhole();
        return last == null ? tier.root(salt) : last.isFull() ? last : last.parent;
    }

    private Block saveBlock(CachedSequence sequence, Block parent, int to, boolean urgent) {
        if (!tier.makeRoom(decoder.savedBytes(to - parent.to()), urgent)) {
            return null;
        }
        Optional<SavedSequence> saved = decoder.save(sequence.id, parent.to(), to);
        return saved.isEmpty()
                ? null
                : tier.add(parent, sequence.tokens.range(parent.to(), to), saved.get(), sequence.lastUsed);
    }

    /**
     * What outside the cache saves most of a prompt beyond what needs no restoring, with its cells in memory.
     *
     * @param have tokens that need no restoring
     * @return null if nothing is worth it
     */
    ParkedBlocks.Match best(TokenList tokens, String salt, int have) {
        ParkedBlocks.Match match = tier.find(tokens, salt);
        int gained = prefix(match, tokens) - have;
        int moved = restoredTo(match) - wholeBlocks(have);
        return ParkingRule.worthRestoring(gained, moved) ? match : null;
    }

    /** How many tokens of a prompt a match saves; one is always left to evaluate. */
    static int prefix(ParkedBlocks.Match match, TokenList tokens) {
        return Math.min(match.tokensInMemory(), tokens.size() - 1);
    }

    /** Where a sequence ends once all that is in memory is restored. */
    static int restoredTo(ParkedBlocks.Match match) {
        int inMemory = match.tokensInMemory();
        int end = 0;
        for (Block block : match.blocks()) {
            end = block.from < inMemory ? block.to() : end;
        }
        return end;
    }

    /** So many tokens as whole blocks, at whose ends restored cells can be appended. */
    static int wholeBlocks(int tokens) {
        return tokens - tokens % Block.TOKENS;
    }

    /**
     * Starts to fetch from disk what would save a prompt's evaluation.
     *
     * @param have tokens that need no fetching
     * @return whether something is under way that is worth waiting for
     */
    boolean fetches(TokenList tokens, String salt, int have) {
        return rule.enabled() && tier.fetches(tokens, salt, have);
    }

    void pin(ParkedBlocks.Match match) {
        tier.pin(match);
    }

    void unpin() {
        tier.unpin();
    }

    /**
     * Appends the cells of a match's blocks to a sequence that ends at a block's beginning, up to what is in memory.
     *
     * @param restored learns of each block's tokens
     * @return false if that failed; the block is forgotten, and the target holds what was restored before
     */
    boolean restore(ParkedBlocks.Match match, CachedSequence target, long clock, Consumer<TokenList> restored) {
        long start = System.nanoTime();
        int first = target.size();
        int inMemory = match.tokensInMemory();
        for (Block block : match.blocks()) {
            if (block.from < first || block.from >= inMemory) {
                continue;
            }
            if (!decoder.restore(block.memory, target.id)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} parked tokens could not be restored; they are evaluated again",
                        block.tokens.size());
                tier.forget(block);
                return false;
            }
            restored.accept(block.tokens);
        }
        tier.restored(match, first, clock);
        log("Restored", target.size(), target.size() - first, start);
        return true;
    }

    /** Whether what could not be saved may be in a moment. */
    boolean isBusy() {
        return tier.isBusy();
    }

    void settle() {
        tier.settle();
    }

    /**
     * Keeps on disk what can be kept, and frees all host memory.
     *
     * @param saveRest saves what would be lost with the cache; run if there is a disk
     */
    void close(Runnable saveRest) {
        tier.closeSoon();
        if (tier.hasDisk()) {
            saveRest.run();
        }
        tier.close();
    }

    /** Forgets all that lies outside, files included. */
    void clear() {
        tier.clear();
    }

    /** All conversations, in the cache and outside, the last used first. */
    List<CachedConversation> conversations(CachedSequence[] inCache, List<CachedConversation> onDevice) {
        List<CachedConversation> found = outside();
        found.addAll(onDevice);
        for (CachedSequence sequence : inCache) {
            if (sequence.use != CachedSequence.Use.FREE) {
                found.add(listed(sequence));
            }
        }
        found.sort(Comparator.comparingLong(CachedConversation::lastUsedMillis).reversed());
        return found;
    }

    private CachedConversation listed(CachedSequence sequence) {
        boolean runs = sequence.use == CachedSequence.Use.RUNNING;
        return new CachedConversation(
                runs ? CachedConversation.Tier.RUNNING : CachedConversation.Tier.KV,
                BlockHeader.sha256(sequence.salt),
                sequence.size(),
                decoder.savedBytes(sequence.size()),
                runs ? System.currentTimeMillis() : sequence.lastUsedMillis);
    }

    /** The conversations outside: one for each last block. */
    private List<CachedConversation> outside() {
        List<CachedConversation> found = new ArrayList<>();
        for (Block block : tier.all()) {
            if (block.children.isEmpty()) {
                boolean memory = block.memory != null;
                found.add(new CachedConversation(
                        memory ? CachedConversation.Tier.MEMORY : CachedConversation.Tier.DISK,
                        block.salt,
                        block.to(),
                        decoder.savedBytes(block.to()),
                        block.lastUsedMillis));
            }
        }
        return found;
    }

    private void log(String what, int tokens, int moved, long startNanos) {
        LOG.log(
                System.Logger.Level.DEBUG,
                "{0} {1} tokens, {2} of them moved, in {3} ms; {4}",
                what,
                tokens,
                moved,
                (System.nanoTime() - startNanos) / 1_000_000,
                tier);
    }
}
