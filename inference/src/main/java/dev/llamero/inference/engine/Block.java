package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of tokens of one or more conversations whose cells lie outside of the KV cache: a node of the tree of {@link
 * ParkedBlocks}. Its way from the root is the conversation so far, so a beginning that many share is there once. A
 * block that is not full has none after it: its conversation's next turn replaces it. Engine's thread only.
 */
final class Block {
    /** Tokens of a full block. Fewer share more bytes; more need fewer copies and files. */
    static final int TOKENS = 256;

    final Block parent;
    final int from;
    final TokenList tokens;
    final String salt;

    /** Its name on disk. */
    final String name;

    final List<Block> children = new ArrayList<>();

    /** The cells in host memory; null if they are not there. */
    SavedSequence memory;

    /** Bytes of its file; 0 if there is none. */
    long fileBytes;

    /** A file is being written or read; until that ends the cells stay where they are. */
    boolean busy;

    /** It leaves memory as soon as its file is written. */
    boolean leaving;

    /** The KV cache got a copy of the cells since they were saved. */
    boolean doubled;

    /** The cells were read from disk for a request that did not begin yet. */
    boolean fetched;

    /** Writing it failed once, and room was made for another try. */
    boolean retried;

    /** It is no part of the tree any more, and waits only for what keeps it busy. */
    boolean gone;

    /** Kept in memory while a restore makes room. */
    boolean pinned;

    /** Time of the cache's clock. */
    long lastUsed;

    /** Wall clock, for people. */
    long lastUsedMillis;

    private Block(Block parent, int from, TokenList tokens, String salt, String name) {
        this.parent = parent;
        this.from = from;
        this.tokens = tokens;
        this.salt = salt;
        this.name = name;
    }

    /** The root of all conversations with one salt, without tokens. */
    static Block root(String salt) {
        return new Block(null, 0, new TokenList(new int[0]), salt, "");
    }

    /** A block after this one, which is full or the root. */
    Block add(String kind, int[] next) {
        if (!isRoot() && !isFull()) {
            throw new IllegalStateException("a block after one of " + tokens.size() + " tokens");
        }
        String childName = BlockHeader.name(kind, salt, name, to(), next);
        Block child = new Block(this, to(), new TokenList(next).copy(), salt, childName);
        children.add(child);
        return child;
    }

    boolean isRoot() {
        return parent == null;
    }

    boolean isFull() {
        return tokens.size() == TOKENS;
    }

    /** Position behind the last token. */
    int to() {
        return from + tokens.size();
    }

    /** Whether its cells can be had. */
    boolean kept() {
        return memory != null || fileBytes > 0;
    }

    /** Whether a block after it stays in memory. */
    boolean childInMemory() {
        for (Block child : children) {
            if (child.memory != null && !child.leaving) {
                return true;
            }
        }
        return false;
    }

    boolean childOnDisk() {
        for (Block child : children) {
            if (child.fileBytes > 0) {
                return true;
            }
        }
        return false;
    }
}
