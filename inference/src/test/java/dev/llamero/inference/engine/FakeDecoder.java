package dev.llamero.inference.engine;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A decoder with a real cell table and scripted logits, as strict as llama.cpp: a sequence's positions have no gap, a
 * cell has one position for all sequences that share it, cells are limited, one thread calls. A kinder double would
 * hide rows for missing cells, shifts that move another conversation's cells, and cells never freed.
 */
final class FakeDecoder implements Decoder {
    /** A row as the engine sent it. */
    record Row(int token, int position, int sequence, boolean wantsLogits) {
        static List<Row> of(Batch batch) {
            return IntStream.range(0, batch.size())
                    .mapToObj(i -> new Row(batch.token(i), batch.position(i), batch.sequence(i), batch.wantsLogits(i)))
                    .toList();
        }
    }

    private final int[] position;
    private final int[] token;
    private final BitSet[] holders;
    private final int sequencesMax;
    private final int batchTokensMax;
    private final Script script;
    private final int[][] tables;
    private final int[] tableSizes;
    private int[] nextByRow = new int[0];
    private int[] hashByRow = new int[0];
    private Thread caller;

    /** Every step's rows, in order. */
    final List<List<Row>> steps = new CopyOnWriteArrayList<>();

    /** Called before each step; null lets the step happen, an outcome replaces it, an exception fails it. */
    volatile Function<Batch, Outcome> beforeStep = batch -> null;

    /** Host memory of one saved cell. */
    static final int CELL_BYTES = FakeCells.CELL_BYTES;

    /** Saved sequences that are not closed. */
    final Set<SavedSequence> saved = ConcurrentHashMap.newKeySet();

    /** Where copies outside of the cells lie. */
    final FakeDevice device = new FakeDevice();

    volatile int saves;
    volatile int restores;
    volatile int savedCells;
    volatile int restoredCells;
    volatile boolean canSave = true;
    volatile boolean savesFail;
    volatile boolean restoresFail;
    private boolean shiftPending;

    /** How far the script's token is above the others, whose logits are 0 to 4 times the noise. */
    volatile float lead = 6;

    volatile float noise = 1;

    /** Only so many letters from a on are possible; 0 for every token. */
    volatile int alphabet;

    volatile int vocabulary = ToyTokenizer.VOCABULARY;
    volatile boolean loneRowsDiffer;
    volatile boolean canShift = true;
    volatile boolean canCut = true;
    volatile boolean recording = true;
    volatile boolean closed;
    volatile int abortRequests;

    FakeDecoder(int cells, int sequencesMax, int batchTokensMax, Script script) {
        this.position = new int[cells];
        this.token = new int[cells];
        this.holders = new BitSet[cells];
        Arrays.setAll(holders, i -> new BitSet());
        this.sequencesMax = sequencesMax;
        this.batchTokensMax = batchTokensMax;
        this.script = script;
        this.tables = new int[sequencesMax][];
        this.tableSizes = new int[sequencesMax];
    }

    @Override
    public Outcome decode(Batch batch) {
        checkCaller();
        Outcome instead = beforeStep.apply(batch);
        if (instead == Outcome.NO_ROOM) {
            return instead;
        }
        require(batch.size() > 0 && batch.size() <= batchTokensMax, "batch of " + batch.size() + " rows");
        for (int row = 0; row < batch.size(); row++) {
            require(batch.position(row) < position.length, "position " + batch.position(row) + " outside the context");
        }
        if (freeCells() < batch.size()) {
            return Outcome.NO_ROOM;
        }
        nextByRow = new int[batch.size()];
        hashByRow = new int[batch.size()];
        Arrays.fill(nextByRow, -1);
        int cell = 0;
        // An aborted step leaves some of its rows in the cache.
        int rows = instead == Outcome.ABORTED ? batch.size() / 2 : batch.size();
        for (int row = 0; row < rows; row++) {
            while (!holders[cell].isEmpty()) {
                cell++;
            }
            evaluate(batch, row, cell);
        }
        if (recording && instead == null) {
            steps.add(Row.of(batch));
        }
        shiftPending = shiftPending && instead != null;
        return instead == null ? Outcome.DONE : instead;
    }

    private void evaluate(Batch batch, int row, int cell) {
        int sequence = batch.sequence(row);
        require(batch.token(row) >= 0 && batch.token(row) < ToyTokenizer.VOCABULARY, "token " + batch.token(row));
        int[] table = table(sequence);
        int size = tableSizes[sequence];
        require(
                batch.position(row) == size,
                "row at position " + batch.position(row) + " of sequence " + sequence + ", which has " + size);
        position[cell] = batch.position(row);
        token[cell] = batch.token(row);
        holders[cell].set(sequence);
        if (size == table.length) {
            table = Arrays.copyOf(table, 2 * size + 16);
            tables[sequence] = table;
        }
        table[size] = cell;
        tableSizes[sequence] = size + 1;
        if (batch.wantsLogits(row)) {
            int[] visible = new int[size + 1];
            for (int i = 0; i <= size; i++) {
                visible[i] = token[table[i]];
            }
            nextByRow[row] = script.next(visible);
            hashByRow[row] = Arrays.hashCode(visible);
        }
    }

    /** The cells of a sequence by position, after checking that positions run from 0 without gap or double. */
    private int[] table(int sequence) {
        require(sequence >= 0 && sequence < sequencesMax, "sequence " + sequence);
        if (tables[sequence] == null) {
            int[] cells = new int[position.length];
            Arrays.fill(cells, -1);
            int size = 0;
            for (int cell = 0; cell < position.length; cell++) {
                if (holders[cell].get(sequence)) {
                    require(cells[position[cell]] < 0, "two cells at position " + position[cell]);
                    cells[position[cell]] = cell;
                    size++;
                }
            }
            for (int i = 0; i < size; i++) {
                require(cells[i] >= 0, "sequence " + sequence + " has a gap at position " + i);
            }
            tables[sequence] = Arrays.copyOf(cells, size);
            tableSizes[sequence] = size;
        }
        return tables[sequence];
    }

    @Override
    public void logits(int row, float[] into) {
        require(!closed, "used after close");
        require(row >= 0 && row < nextByRow.length && nextByRow[row] >= 0, "row " + row + " has no logits");
        for (int i = 0; i < ToyTokenizer.VOCABULARY; i++) {
            boolean outside = alphabet > 0 && (i < 'a' || i >= 'a' + alphabet);
            into[i] =
                    outside ? Float.NEGATIVE_INFINITY : noise * ((hashByRow[row] * 31 + i) * 0x9E3779B9 >>> 20) / 1024f;
        }
        into[nextByRow[row]] += lead;
    }

    @Override
    public boolean remove(int sequence, int from, int to) {
        checkCaller();
        int end = to < 0 ? Integer.MAX_VALUE : to;
        boolean part = from > 0 || end < size(sequence);
        if (part && !canCut) {
            return from >= size(sequence);
        }
        for (int cell = 0; cell < position.length; cell++) {
            if (holders[cell].get(sequence) && position[cell] >= from && position[cell] < end) {
                holders[cell].clear(sequence);
            }
        }
        tables[sequence] = null;
        return true;
    }

    private int size(int sequence) {
        return (int) Arrays.stream(holders).filter(each -> each.get(sequence)).count();
    }

    @Override
    public void copy(int source, int target, int from, int to) {
        checkCaller();
        for (int cell = 0; cell < position.length; cell++) {
            boolean inRange = !canCut || (position[cell] >= from && position[cell] < to);
            if (holders[cell].get(source) && inRange) {
                holders[cell].set(target);
            }
        }
        tables[target] = null;
    }

    @Override
    public void shift(int sequence, int from, int to, int delta) {
        checkCaller();
        require(canShift, "shift of a model that cannot");
        shiftPending = true;
        for (int cell = 0; cell < position.length; cell++) {
            if (holders[cell].get(sequence) && position[cell] >= from && position[cell] < to) {
                position[cell] += delta;
            }
        }
        Arrays.fill(tables, null);
    }

    @Override
    public long savedBytes(int cells) {
        return canSave ? (long) cells * CELL_BYTES : 0;
    }

    @Override
    public Optional<SavedSequence> allocate(int from, int to) {
        checkCaller();
        return Optional.of(new FakeCells(from, to, saved));
    }

    @Override
    public Optional<SavedSequence> save(int sequence, int from, int to) {
        checkCaller();
        require(!shiftPending, "save before a shift took effect");
        int[] table = table(sequence);
        require(from >= 0 && from < to && to <= tableSizes[sequence], "save of " + from + ".." + to);
        if (savesFail) {
            return Optional.empty();
        }
        saves++;
        savedCells += to - from;
        FakeCells made = new FakeCells(from, to, saved);
        for (int i = from; i < to; i++) {
            made.put(i, token[table[i]]);
        }
        return Optional.of(made);
    }

    @Override
    public boolean restore(SavedSequence from, int target) {
        checkCaller();
        require(saved.contains(from), "restore of closed cells");
        require(size(target) == from.from(), "restore of cells from " + from.from() + " after " + size(target));
        require(freeCells() >= from.to() - from.from(), "restore into " + freeCells() + " free cells");
        if (restoresFail) {
            return false;
        }
        restores++;
        restoredCells += from.to() - from.from();
        return place(target, from.from(), from.to(), ((FakeCells) from)::token);
    }

    private boolean place(int target, int from, int to, IntUnaryOperator tokens) {
        int cell = 0;
        for (int i = from; i < to; i++) {
            while (!holders[cell].isEmpty()) {
                cell++;
            }
            position[cell] = i;
            token[cell] = tokens.applyAsInt(i);
            holders[cell].set(target);
        }
        tables[target] = null;
        return true;
    }

    @Override
    public long deviceBytes(int cells) {
        return device.bytes(cells);
    }

    @Override
    public Optional<DeviceCopy> keep(int sequence, int cells) {
        checkCaller();
        require(!shiftPending, "copy before a shift took effect");
        int[] table = table(sequence);
        require(cells > 0 && cells <= tableSizes[sequence], "copy of " + cells + " cells");
        return device.keep(
                Arrays.stream(table, 0, cells).map(cell -> token[cell]).toArray());
    }

    @Override
    public boolean bringBack(DeviceCopy copy, int target, int to) {
        checkCaller();
        int[] tokens = device.tokens(copy);
        int from = size(target);
        require(from < to && to <= tokens.length, "positions " + from + ".." + to + " of a copy");
        require(freeCells() >= tokens.length, "a copy into " + freeCells() + " free cells ends the process");
        return device.comesBack() && place(target, from, to, i -> tokens[i]);
    }

    /** Cells below the highest one in use, which every step reads. */
    int cellsRead() {
        int highest = holders.length;
        while (highest > 0 && holders[highest - 1].isEmpty()) {
            highest--;
        }
        return highest;
    }

    /** Cells that no sequence holds. */
    int freeCells() {
        return (int) Arrays.stream(holders).filter(BitSet::isEmpty).count();
    }

    /** Rows of prompts and answers evaluated so far. */
    int rowsEvaluated() {
        return steps.stream().mapToInt(List::size).sum();
    }

    @Override
    public boolean loneRowsDiffer() {
        return loneRowsDiffer;
    }

    @Override
    public boolean canRollBack() {
        return canCut;
    }

    @Override
    public boolean canShift() {
        return canShift;
    }

    @Override
    public int contextTokens() {
        return position.length;
    }

    @Override
    public int sequencesMax() {
        return sequencesMax;
    }

    @Override
    public int batchTokensMax() {
        return batchTokensMax;
    }

    @Override
    public int vocabularySize() {
        return vocabulary;
    }

    @Override
    public void abort() {
        require(!closed, "aborted after close");
        abortRequests++;
    }

    @Override
    public void close() {
        require(device.kept.isEmpty(), "closed with " + device.kept.size() + " copies open");
        require(saved.isEmpty(), "closed with " + saved.size() + " saved sequences open");
        closed = true;
    }

    private void checkCaller() {
        require(!closed, "used after close");
        if (caller == null) {
            caller = Thread.currentThread();
        }
        require(caller == Thread.currentThread(), "called from " + Thread.currentThread() + " and " + caller);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException("decoder misused: " + message);
        }
    }
}
