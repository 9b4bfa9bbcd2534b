package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockFolder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Host memory for blocks, bounded by bytes, and what goes from there to disk and back. A block that must leave memory
 * is written first, if there is a disk; full blocks, which never change any more, are written as soon as there is time,
 * so that they can leave at once. Engine's thread only; files are {@link DiskTier}'s threads' work.
 */
final class HostTier {
    private static final System.Logger LOG = System.getLogger(HostTier.class.getName());

    /** How long a closing engine waits for its files. */
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(20);

    private final long bytesMax;
    private final DiskTier disk;
    private final ParkedBlocks blocks;
    private final BlockWorth worth;
    private final EvictionOrder order;
    private final EngineFigures figures;
    private final Deque<Block> unwritten = new ArrayDeque<>();
    private final List<Block> pinned = new ArrayList<>();
    private final Fetching fetching;
    private long leavingBytes;
    private long now;
    private boolean closing;
    private long deadline;

    /**
     * An empty tier.
     *
     * @param disk null for none; owned from now on
     */
    HostTier(
            Decoder decoder,
            long bytesMax,
            DiskTier disk,
            ParkedBlocks blocks,
            BlockWorth worth,
            EngineFigures figures) {
        this.bytesMax = bytesMax;
        this.disk = disk;
        this.blocks = blocks;
        this.worth = worth;
        this.fetching = new Fetching(decoder, disk, blocks, worth, figures);
        this.order = new EvictionOrder(blocks, worth, figures);
        this.figures = figures;
    }

    /** Whether files are being written or read, after which there may be more room. */
    boolean isBusy() {
        return disk != null && disk.queued() > 0;
    }

    boolean hasDisk() {
        return disk != null;
    }

    /** Takes over what an earlier process left on disk; removes what cannot be reached. */
    void takeFiles(List<BlockFolder.Entry> found) {
        List<String> orphans = blocks.addFiles(found, System.currentTimeMillis());
        orphans.forEach(disk::delete);
        show();
        if (!found.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "{0}; {1} of no use any more", this, orphans.size());
        }
    }

    ParkedBlocks.Match find(TokenList tokens, String salt) {
        return blocks.match(tokens, salt);
    }

    Block root(String salt) {
        return blocks.root(salt);
    }

    /** Counts a use of all blocks of a match. */
    void touch(ParkedBlocks.Match match, long clock) {
        now = Math.max(now, clock);
        for (Block block : match.blocks()) {
            touch(block, clock);
        }
    }

    private void touch(Block block, long clock) {
        block.lastUsed = Math.max(block.lastUsed, clock);
        block.lastUsedMillis = System.currentTimeMillis();
        block.doubled = false;
        stay(block);
    }

    private void stay(Block block) {
        if (block.leaving) {
            block.leaving = false;
            leavingBytes -= block.memory.bytes();
        }
    }

    /** Keeps blocks, and those that are added, until {@link #unpin}. */
    void pin(ParkedBlocks.Match match) {
        match.blocks().forEach(this::pin);
    }

    private void pin(Block block) {
        block.pinned = true;
        pinned.add(block);
    }

    void unpin() {
        pinned.forEach(block -> block.pinned = false);
        pinned.clear();
    }

    /** Whether so many bytes fit into memory at all, or can pass through it to disk. */
    boolean couldHold(long bytes) {
        return bytes <= bytesMax;
    }

    /** Whether so many bytes fit without anything that must leave for them. */
    boolean hasRoom(long bytes) {
        long staying = blocks.memoryBytes() + fetching.bytes() - leavingBytes;
        return staying + bytes <= bytesMax && blocks.count() < ParkedBlocks.COUNT_MAX;
    }

    /** Takes over cells for which {@link #makeRoom} made room. */
    Block add(Block parent, int[] tokens, SavedSequence cells, long clock) {
        now = Math.max(now, clock);
        Block added = blocks.add(parent, tokens, cells);
        touch(added, clock);
        pin(added);
        figures.add(EngineFigure.TOKENS_PARKED, tokens.length);
        if (disk != null && added.isFull()) {
            unwritten.add(added);
        }
        return added;
    }

    /**
     * Frees memory until so many more bytes fit, or will once files are written.
     *
     * @param urgent whether to give blocks up for it that the disk does not take fast enough
     */
    boolean makeRoom(long more, boolean urgent) {
        if (more > bytesMax) {
            return false;
        }
        while (!hasRoom(more)) {
            if (!evictOne(urgent) && !(closing && awaitResult(deadline))) {
                return false;
            }
        }
        return true;
    }

    private boolean evictOne(boolean urgent) {
        Block victim = order.leastInMemory(now, block -> true);
        if (victim == null) {
            return false;
        }
        if (victim.fileBytes == 0 && !leave(victim)) {
            Block written = order.leastInMemory(now, block -> block.fileBytes > 0);
            if (written == null) {
                return spare(victim, urgent);
            }
            victim = written;
        }
        if (victim.fileBytes > 0) {
            figures.add(EngineFigure.EVICTIONS_MEMORY, 1);
            blocks.leaveMemory(victim);
        }
        return true;
    }

    /** The disk does not take a block that must leave: waits as long as that costs less than losing it. */
    private boolean spare(Block victim, boolean urgent) {
        if (isBusy()) {
            double lost = worth.recomputeNanos(victim.from, victim.tokens.size());
            long until = closing ? deadline : System.nanoTime() + (long) lost / 2;
            if (!urgent || awaitResult(until)) {
                return urgent;
            }
        }
        order.giveUp(victim);
        return true;
    }

    /** Hands a block in for writing, after which it leaves memory. False if it cannot be written or is not worth it. */
    private boolean leave(Block block) {
        if (!write(block)) {
            return false;
        }
        block.leaving = true;
        leavingBytes += block.memory.bytes();
        return true;
    }

    private static boolean isUnwritten(Block block) {
        return !block.gone && !block.busy && block.memory != null && block.fileBytes == 0;
    }

    private boolean write(Block block) {
        boolean pays = worth.worthAFile(block.from, block.tokens.size(), block.memory.bytes());
        if (disk == null || !pays || !disk.write(block)) {
            return false;
        }
        block.busy = true;
        return true;
    }

    /**
     * Starts to read what lies on disk of a prompt's beginning.
     *
     * @param have tokens that need no reading
     * @return whether a read is under way that is worth waiting for
     */
    boolean fetches(TokenList tokens, String salt, int have) {
        if (disk == null) {
            return false;
        }
        ParkedBlocks.Match match = blocks.match(tokens, salt);
        pin(match);
        boolean underWay = fetching.start(match, have, bytes -> makeRoom(bytes, false));
        unpin();
        return underWay;
    }

    /** Takes what the disk's threads have done, and gives them more. Called once per turn. */
    void settle() {
        if (disk != null) {
            settleAll();
            while (!unwritten.isEmpty() && disk.hasTime()) {
                Block block = unwritten.poll();
                if (isUnwritten(block)) {
                    write(block);
                }
            }
            figures.set(EngineFigure.DISK_QUEUE_BYTES, disk.queuedBytes());
            figures.set(EngineFigure.SET_ASIDE, disk.setAside());
        }
        show();
    }

    private void settle(DiskTier.Done done) {
        Block block = done.block();
        block.busy = false;
        switch (done.kind()) {
            case WRITTEN -> written(block, done.bytes());
            case NOT_WRITTEN -> notWritten(block);
            case READ, NOT_READ -> fetching.done(done);
        }
    }

    private void written(Block block, long bytes) {
        figures.add(EngineFigure.DISK_WRITES, 1);
        figures.add(EngineFigure.DISK_BYTES_WRITTEN, bytes);
        if (block.gone) {
            freeGone(block);
            Block same = blocks.named(block.name);
            if (same == null) {
                disk.delete(block.name);
            } else {
                blocks.written(same, bytes);
            }
            return;
        }
        blocks.written(block, bytes);
        if (block.leaving) {
            stay(block);
            if (!block.pinned) {
                figures.add(EngineFigure.EVICTIONS_MEMORY, 1);
                blocks.leaveMemory(block);
            }
        }
    }

    private void freeGone(Block block) {
        stay(block);
        block.memory.close();
        block.memory = null;
    }

    /** Where there is no room on disk, files that are worth less make it; else a block that must leave is lost. */
    private void notWritten(Block block) {
        if (block.gone) {
            freeGone(block);
            return;
        }
        boolean left = block.leaving;
        stay(block);
        if (!left || block.pinned) {
            return;
        }
        boolean again = !block.retried && !closing && order.makeRoomOnDisk(block, now) && leave(block);
        block.retried = again;
        if (!again) {
            order.giveUp(block);
        }
    }

    /** Learns that a match's blocks were copied into the cache from this position on. */
    void restored(ParkedBlocks.Match match, int from, long clock) {
        touch(match, clock);
        boolean fetched = false;
        for (Block block : match.blocks()) {
            fetched |= block.fetched;
            block.fetched = false;
            block.doubled = block.memory != null;
        }
        figures.add(fetched ? EngineFigure.HITS_DISK : EngineFigure.HITS_MEMORY, 1);
        figures.add(EngineFigure.TOKENS_RESTORED, Math.max(0, Parking.restoredTo(match) - from));
    }

    void forget(Block block) {
        blocks.forget(block);
    }

    private void show() {
        figures.set(EngineFigure.MEMORY_BYTES, blocks.memoryBytes() + fetching.bytes());
        figures.set(EngineFigure.MEMORY_BYTES_MAX, bytesMax);
        figures.set(EngineFigure.DISK_BYTES, blocks.fileBytes());
        figures.set(EngineFigure.BLOCKS, blocks.count());
    }

    /** From now on what has no room waits for the disk instead of being given up, for a bounded time. */
    void closeSoon() {
        closing = true;
        deadline = System.nanoTime() + CLOSE_WAIT.toNanos();
    }

    /** Waits for the disk's next result. False if there is none to come, or the time is over. */
    private boolean awaitResult(long until) {
        while (disk != null && disk.queued() > 0 && System.nanoTime() < until) {
            DiskTier.Done done = disk.poll();
            if (done != null) {
                settle(done);
                return true;
            }
            LockSupport.parkNanos(this, 1_000_000);
        }
        return false;
    }

    /** Writes what is worth it, waits for that, and frees all memory; the files stay. */
    void close() {
        if (disk != null) {
            int unkept = 0;
            for (Block block : blocks.all()) {
                while (isUnwritten(block) && !write(block)) {
                    if (!awaitResult(deadline)) {
                        unkept++;
                        break;
                    }
                }
            }
            while (awaitResult(deadline)) {
                // Each turn takes one result.
            }
            if (unkept > 0 || disk.queued() > 0) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "{0} blocks of cached conversations were not worth a file or not written in time",
                        unkept + disk.queued());
            }
            disk.close();
            settleAll();
        }
        blocks.close();
    }

    private void settleAll() {
        for (DiskTier.Done done = disk.poll(); done != null; done = disk.poll()) {
            settle(done);
        }
    }

    /** Forgets everything, files included. */
    void clear() {
        blocks.clear();
        unwritten.clear();
    }

    List<Block> all() {
        return blocks.all();
    }

    @Override
    public String toString() {
        return blocks.count() + " blocks are outside, " + blocks.memoryBytes() + " bytes in memory, "
                + blocks.fileBytes() + " on disk";
    }
}
