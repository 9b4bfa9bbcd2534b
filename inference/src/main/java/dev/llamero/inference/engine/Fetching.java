package dev.llamero.inference.engine;

import java.util.Optional;
import java.util.function.LongPredicate;

/** Brings blocks from disk to memory for requests that wait. Engine's thread only; other threads read the files. */
final class Fetching {
    private final Decoder decoder;
    private final DiskTier disk;
    private final ParkedBlocks blocks;
    private final BlockWorth worth;
    private final EngineFigures figures;
    private long bytes;

    Fetching(Decoder decoder, DiskTier disk, ParkedBlocks blocks, BlockWorth worth, EngineFigures figures) {
        this.decoder = decoder;
        this.disk = disk;
        this.blocks = blocks;
        this.worth = worth;
        this.figures = figures;
    }

    /** Memory that is being filled. */
    long bytes() {
        return bytes;
    }

    /**
     * Starts to read what lies on disk of a prompt's beginning, if that is worth it.
     *
     * @param match the beginning
     * @param have tokens that need no reading
     * @param room makes room in memory
     * @return whether a read is under way that is worth waiting for
     */
    boolean start(ParkedBlocks.Match match, int have, LongPredicate room) {
        int whole = Parking.wholeBlocks(have);
        if (!ParkingRule.worthFetching(match.tokens() - have, match.tokens() - whole)) {
            return false;
        }
        boolean underWay = false;
        for (Block block : match.blocks()) {
            if (block.memory != null || block.to() <= whole) {
                continue;
            }
            if (!block.busy && !read(block, room)) {
                // Where the disk is about to free memory, the next turn tries again.
                return underWay || disk.queued() > 0;
            }
            underWay = true;
        }
        return underWay;
    }

    private boolean read(Block block, LongPredicate room) {
        long size = decoder.savedBytes(block.tokens.size());
        if (!room.test(size)) {
            return false;
        }
        Optional<SavedSequence> into = decoder.allocate(block.from, block.to());
        if (into.isEmpty()) {
            return false;
        }
        block.busy = true;
        bytes += size;
        disk.read(block, into.get());
        return true;
    }

    /** Takes what was read, or learns that it could not be. */
    void done(DiskTier.Done done) {
        Block block = done.block();
        bytes -= done.bytes();
        boolean good = done.kind() == DiskTier.Kind.READ;
        if (good) {
            figures.add(EngineFigure.DISK_READS, 1);
            figures.add(EngineFigure.DISK_BYTES_READ, done.bytes());
            worth.fileRead(done.bytes(), done.nanos());
        }
        if (good && !block.gone) {
            blocks.inMemory(block, done.cells());
            block.fetched = true;
            return;
        }
        done.cells().close();
        blocks.forget(block);
    }
}
