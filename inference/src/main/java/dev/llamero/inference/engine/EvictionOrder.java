package dev.llamero.inference.engine;

import java.util.function.Predicate;

/** Which block goes first: of the last ones of all conversations the one that is worth least. Engine's thread only. */
final class EvictionOrder {
    /** What the KV cache holds as well can be copied again, and goes before all else. */
    private static final double DOUBLED_SHARE = 1e-3;

    private final ParkedBlocks blocks;
    private final BlockWorth worth;
    private final EngineFigures figures;

    EvictionOrder(ParkedBlocks blocks, BlockWorth worth, EngineFigures figures) {
        this.blocks = blocks;
        this.worth = worth;
        this.figures = figures;
    }

    /** The first to leave memory of those that are wanted; null for none. */
    Block leastInMemory(long now, Predicate<Block> wanted) {
        return least(
                now, block -> block.memory != null && !block.leaving && !block.childInMemory() && wanted.test(block));
    }

    /** Removes files that are worth less than this block, until its own has room. False if there are too few. */
    boolean makeRoomOnDisk(Block block, long now) {
        long freed = 0;
        double value = worth.of(block, block.memory.bytes(), now);
        while (freed < block.memory.bytes()) {
            Block victim = least(now, EvictionOrder::canLeaveDisk);
            if (victim == null || worth.of(victim, victim.fileBytes, now) > value) {
                return false;
            }
            freed += victim.fileBytes;
            figures.add(EngineFigure.EVICTIONS_DISK, 1);
            blocks.leaveDisk(victim);
        }
        return true;
    }

    /** Whether nothing that is kept continues it, or its cells are in memory as well. */
    private static boolean canLeaveDisk(Block block) {
        boolean last = block.memory != null ? !block.childOnDisk() : block.children.isEmpty();
        return block.fileBytes > 0 && last;
    }

    /** A block that nobody can take is lost, and what continues it. */
    void giveUp(Block block) {
        figures.add(EngineFigure.LOST, 1);
        blocks.forget(block);
    }

    private Block least(long now, Predicate<Block> wanted) {
        Block least = null;
        double lowest = Double.MAX_VALUE;
        for (Block block : blocks.all()) {
            if (block.busy || block.pinned || !wanted.test(block)) {
                continue;
            }
            long bytes = block.memory != null ? block.memory.bytes() : block.fileBytes;
            double value = worth.of(block, bytes, now) * (block.doubled ? DOUBLED_SHARE : 1);
            if (value < lowest) {
                least = block;
                lowest = value;
            }
        }
        return least;
    }
}
