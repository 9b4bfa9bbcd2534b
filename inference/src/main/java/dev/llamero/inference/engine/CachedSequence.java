package dev.llamero.inference.engine;

/**
 * One sequence id of the decoder and the tokens whose cells it holds, positions 0 to size - 1. Owned by {@link
 * SequenceCache}; engine's thread only.
 */
final class CachedSequence {
    /** Who may change the sequence. */
    enum Use {
        /** Holds no cells. */
        FREE,
        /** A running generation extends it. */
        RUNNING,
        /** Its request ended; the cells wait for the conversation's next turn, or for eviction. */
        IDLE
    }

    final int id;
    final TokenList tokens = new TokenList();
    final TokenList cells = new TokenList();
    Use use = Use.FREE;
    String salt = "";
    long lastUsed;

    CachedSequence(int id) {
        this.id = id;
    }

    int size() {
        return tokens.size();
    }
}
