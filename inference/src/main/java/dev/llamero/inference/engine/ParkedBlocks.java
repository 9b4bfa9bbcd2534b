package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockFolder;
import dev.llamero.inference.disk.BlockHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The tree of conversations outside of the KV cache, found by their tokens: which blocks there are, and where each
 * one's cells lie. Moves nothing itself but out: a block that has no place any more is freed here. Engine's thread
 * only.
 *
 * <p>Every block but the roots is kept in memory, on disk, or both, and so are all before it: the last ones of a
 * conversation go first.
 */
final class ParkedBlocks {
    /** Bounds the search for the one to go, and the tokens that are remembered. */
    static final int COUNT_MAX = 20_000;

    private static final int SALTS_MAX = 10_000;

    private final String kind;
    private final Consumer<String> deleteFile;
    private final Map<String, Block> roots = new HashMap<>();
    private final Map<String, Block> names = new HashMap<>();
    private final Map<String, String> saltHashes = new HashMap<>();
    private long memoryBytes;
    private long fileBytes;

    /**
     * An empty tree.
     *
     * @param kind hex SHA-256 of what the cells belong to
     * @param deleteFile removes the file of this name
     */
    ParkedBlocks(String kind, Consumer<String> deleteFile) {
        this.kind = kind;
        this.deleteFile = deleteFile;
    }

    /**
     * Blocks from the root on whose tokens a prompt begins with.
     *
     * @param blocks in order; only the last one may be shared in part
     * @param tokens how many tokens are equal
     */
    record Match(List<Block> blocks, int tokens) {
        /** How many of the equal tokens have their cells in host memory, without a gap from the front. */
        int tokensInMemory() {
            int end = 0;
            for (Block block : blocks) {
                if (block.memory == null) {
                    return end;
                }
                end = Math.min(block.to(), tokens);
            }
            return end;
        }

        /** The last block whose tokens are all equal; null for none. */
        Block lastWhole() {
            for (int i = blocks.size() - 1; i >= 0; i--) {
                if (blocks.get(i).to() <= tokens) {
                    return blocks.get(i);
                }
            }
            return null;
        }
    }

    /** The longest beginning of these tokens. */
    Match match(TokenList tokens, String salt) {
        List<Block> path = new ArrayList<>();
        Block at = roots.get(hash(salt));
        int equal = 0;
        while (at != null) {
            Block best = null;
            int longest = 0;
            for (Block child : at.children) {
                int common = tokens.commonFrom(child.from, child.tokens);
                if (common > longest) {
                    best = child;
                    longest = common;
                }
            }
            if (best != null) {
                path.add(best);
                equal = best.from + longest;
            }
            at = best != null && longest == Block.TOKENS ? best : null;
        }
        return new Match(path, equal);
    }

    private String hash(String salt) {
        if (saltHashes.size() > SALTS_MAX) {
            saltHashes.clear();
        }
        return saltHashes.computeIfAbsent(salt, BlockHeader::sha256);
    }

    Block root(String salt) {
        return roots.computeIfAbsent(hash(salt), Block::root);
    }

    /** Takes over cells that continue a block, and drops a shorter block that they make superfluous. */
    Block add(Block parent, int[] tokens, SavedSequence cells) {
        if (parent.isRoot()) {
            roots.put(parent.salt, parent);
        }
        List<Block> before = List.copyOf(parent.children);
        Block added = added(parent, tokens);
        for (Block child : before) {
            if (!child.isFull() && added.tokens.commonPrefix(child.tokens) == child.tokens.size()) {
                forget(child);
            }
        }
        inMemory(added, cells);
        return added;
    }

    private Block added(Block parent, int[] tokens) {
        Block added = parent.add(kind, tokens);
        names.put(added.name, added);
        return added;
    }

    /** The block of this name; null if there is none any more. */
    Block named(String name) {
        return names.get(name);
    }

    /** Takes over what was found on disk; gives what no tree can be made of. */
    List<String> addFiles(List<BlockFolder.Entry> entries, long nowMillis) {
        List<BlockFolder.Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingInt(entry -> entry.header().from()));
        List<String> orphans = new ArrayList<>();
        for (BlockFolder.Entry entry : sorted) {
            BlockHeader header = entry.header();
            Block parent =
                    header.from() == 0 ? roots.computeIfAbsent(header.salt(), Block::root) : names.get(header.parent());
            boolean fits = parent != null
                    && header.from() == parent.to()
                    && (parent.isRoot() || parent.isFull())
                    && header.tokens().length <= Block.TOKENS
                    && names.size() < COUNT_MAX;
            if (!fits) {
                orphans.add(header.name());
                continue;
            }
            Block block = added(parent, header.tokens());
            block.lastUsedMillis = Math.min(nowMillis, entry.lastUsed().toEpochMilli());
            written(block, entry.fileBytes());
        }
        return orphans;
    }

    void inMemory(Block block, SavedSequence cells) {
        block.memory = cells;
        memoryBytes += cells.bytes();
    }

    void written(Block block, long bytes) {
        fileBytes += bytes - block.fileBytes;
        block.fileBytes = bytes;
    }

    /** Frees a block's memory; without a file it is forgotten. */
    void leaveMemory(Block block) {
        if (block.memory != null) {
            memoryBytes -= block.memory.bytes();
            block.memory.close();
            block.memory = null;
        }
        if (block.fileBytes == 0) {
            forget(block);
        }
    }

    /** Removes a block's file; without memory it is forgotten. */
    void leaveDisk(Block block) {
        if (block.fileBytes > 0) {
            deleteFile.accept(block.name);
            fileBytes -= block.fileBytes;
            block.fileBytes = 0;
        }
        if (block.memory == null) {
            forget(block);
        }
    }

    /** Removes a block and all that continue it, wherever they lie. What is busy is freed when that ends. */
    void forget(Block block) {
        for (Block child : List.copyOf(block.children)) {
            forget(child);
        }
        if (block.gone || block.isRoot()) {
            return;
        }
        block.gone = true;
        names.remove(block.name);
        block.parent.children.remove(block);
        if (block.parent.isRoot() && block.parent.children.isEmpty()) {
            roots.remove(block.salt);
        }
        if (block.memory != null) {
            memoryBytes -= block.memory.bytes();
            if (!block.busy) {
                block.memory.close();
                block.memory = null;
            }
        }
        if (block.fileBytes > 0) {
            deleteFile.accept(block.name);
            fileBytes -= block.fileBytes;
            block.fileBytes = 0;
        }
    }

    /** Every block, a parent before its children. */
    List<Block> all() {
        List<Block> found = new ArrayList<>(names.size());
        for (Block root : roots.values()) {
            found.addAll(root.children);
        }
        for (int i = 0; i < found.size(); i++) {
            found.addAll(found.get(i).children);
        }
        return found;
    }

    /** Frees all memory; files stay. */
    void close() {
        for (Block block : all()) {
            if (block.memory != null) {
                memoryBytes -= block.memory.bytes();
                block.memory.close();
                block.memory = null;
            }
        }
    }

    /** Forgets everything, files included. */
    void clear() {
        for (Block root : List.copyOf(roots.values())) {
            forget(root);
        }
        roots.clear();
    }

    long memoryBytes() {
        return memoryBytes;
    }

    long fileBytes() {
        return fileBytes;
    }

    int count() {
        return names.size();
    }
}
