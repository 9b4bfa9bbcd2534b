package dev.llamero.inference.engine;

/**
 * Counts the cells of a unified KV cache, a cell that several sequences share once.
 *
 * <p>The numbers it hands out are the engine's own names for cells; where the native cache puts them is its business.
 * Engine's thread only.
 */
final class CellLedger {
    private final int[] holders;
    private final int[] free;
    private int freeCount;

    CellLedger(int cells) {
        holders = new int[cells];
        free = new int[cells];
        for (int i = 0; i < cells; i++) {
            free[i] = cells - 1 - i;
        }
        freeCount = cells;
    }

    /** Takes a free cell for one holder. */
    int take() {
        if (freeCount == 0) {
            throw new IllegalStateException("no free cell of " + holders.length);
        }
        int cell = free[--freeCount];
        holders[cell] = 1;
        return cell;
    }

    /** Adds a holder to a cell in use. */
    void share(int cell) {
        holders[cell]++;
    }

    /** Takes a holder away; without holders the cell is free. */
    void drop(int cell) {
        if (--holders[cell] == 0) {
            free[freeCount++] = cell;
        }
    }

    boolean shared(int cell) {
        return holders[cell] > 1;
    }

    int freeCells() {
        return freeCount;
    }

    int cells() {
        return holders.length;
    }
}
