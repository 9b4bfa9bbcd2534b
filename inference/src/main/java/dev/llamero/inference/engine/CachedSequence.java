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
        /** Its request ended; the cells wait for the conversation's next turn, for parking, or for eviction. */
        IDLE
    }

    private static final int RENT_MAX = 1 << 20;

    final int id;
    final TokenList tokens = new TokenList();
    final TokenList cells = new TokenList();
    Use use = Use.FREE;
    String salt = "";
    long lastUsed;

    /** Wall clock, for people. */
    long lastUsedMillis;

    /** So many tokens at the front have the cells that evaluating them anew would give; all if none were moved. */
    int exact = Integer.MAX_VALUE;

    /** In so many pieces its cells were appended; those of one step that it had alone with the last are one. */
    int pieces;

    /** What its idle cells have cost others, as {@link ParkingRule} counts. */
    int rent;

    /** It could not be saved; not tried again before it has run again. */
    boolean unsavable;

    /** The device had no room for a copy of it; not tried again before it has run again. */
    boolean unkeepable;

    CachedSequence(int id) {
        this.id = id;
    }

    /** Ends a run. */
    void rest() {
        rent = 0;
        unsavable = false;
        unkeepable = false;
        use = size() == 0 ? Use.FREE : Use.IDLE;
    }

    /** Counts what the idle cells cost; what is always enough to be parked is not added to. */
    void addRent(int more) {
        rent = Math.min(rent + more, RENT_MAX);
    }

    int size() {
        return tokens.size();
    }
}
