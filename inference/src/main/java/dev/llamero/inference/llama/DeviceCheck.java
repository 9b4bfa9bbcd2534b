package dev.llamero.inference.llama;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.DeviceCopy;
import dev.llamero.inference.engine.SavedSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries on a new context whether copies on the device come back as they were. The library says nothing where they do
 * not, so cells are saved to host memory before and after and compared byte for byte, after other tokens were written
 * over the old ones. First with a run of cells that comes back as a run: that is wrong, but ends well, where the
 * library copies a part only (a quantised cache, v0.5.0); cells between others' that come back as a run end in a crash
 * there.
 */
final class DeviceCheck {
    private static final int CELLS = 8;

    /** Sequences that it uses, and cells that it takes at most. */
    private static final int SEQUENCES = 4;

    private static final int CELLS_MAX = 8 * CELLS;

    private final LlamaDecoder decoder;
    private final DeviceStates device;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private int tokens;

    private DeviceCheck(LlamaDecoder decoder, DeviceStates device) {
        this.decoder = decoder;
        this.device = device;
    }

    /** What is wrong, for the log; empty if copies can be trusted. The cache is empty before and after. */
    static Optional<String> fault(LlamaDecoder decoder, DeviceStates device) {
        if (decoder.sequencesMax() < SEQUENCES || decoder.contextTokens() < CELLS_MAX || decoder.savedBytes(1) == 0) {
            return Optional.of("the context is too small to try it");
        }
        var check = new DeviceCheck(decoder, device);
        try {
            return check.run();
        } finally {
            check.cleanUp();
        }
    }

    private Optional<String> run() {
        evaluate(0, 0, CELLS);
        SavedSequence run = saved(0);
        Optional<DeviceCopy> half = keep(0, CELLS / 2);
        Optional<DeviceCopy> whole = keep(0, CELLS);
        if (half.isEmpty() || whole.isEmpty()) {
            return Optional.of("it has no memory left");
        }
        if (device.transposed(half.get(), whole.get())) {
            return Optional.of("values lie transposed in the cache (no flash attention)");
        }
        decoder.remove(0, 0, -1);
        evaluate(1, 0, CELLS);
        if (!comesBack(whole.get(), 0, run)) {
            return Optional.of("cells came back with another content");
        }
        whole.get().close();
        return scattered();
    }

    private Optional<String> scattered() {
        for (int position = 0; position < CELLS; position++) {
            evaluate(2, position, 1);
            evaluate(3, position, 1);
        }
        SavedSequence before = saved(2);
        Optional<DeviceCopy> copy = keep(2, CELLS);
        decoder.remove(2, 0, -1);
        evaluate(1, CELLS, CELLS);
        return copy.isPresent() && comesBack(copy.get(), 2, before)
                ? Optional.empty()
                : Optional.of("scattered cells came back with another content");
    }

    private void evaluate(int sequence, int position, int count) {
        Batch batch = new Batch(1);
        for (int i = 0; i < count; i++) {
            batch.clear();
            batch.add(tokens++ % decoder.vocabularySize(), position + i, sequence, i == count - 1);
            if (decoder.decode(batch) != Decoder.Outcome.DONE) {
                throw new IllegalStateException("a step of a new context did not end well");
            }
        }
    }

    private Optional<DeviceCopy> keep(int sequence, int cells) {
        Optional<DeviceCopy> made = decoder.keep(sequence, cells);
        made.ifPresent(opened::add);
        return made;
    }

    private SavedSequence saved(int sequence) {
        SavedSequence made = decoder.save(sequence, 0, CELLS)
                .orElseThrow(() -> new IllegalStateException("cells of a new context cannot be saved"));
        opened.add(made);
        return made;
    }

    private boolean comesBack(DeviceCopy copy, int sequence, SavedSequence before) {
        return decoder.bringBack(copy, sequence, CELLS)
                && saved(sequence).content().equals(before.content());
    }

    private void cleanUp() {
        for (AutoCloseable each : opened) {
            close(each);
        }
        for (int sequence = 0; sequence < SEQUENCES && sequence < decoder.sequencesMax(); sequence++) {
            decoder.remove(sequence, 0, -1);
        }
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            throw new IllegalStateException("a copy cannot be closed", e);
        }
    }
}
