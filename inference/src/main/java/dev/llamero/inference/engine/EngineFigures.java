package dev.llamero.inference.engine;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** An engine's counters. The engine's thread writes; any thread reads. */
final class EngineFigures {
    private final AtomicLongArray values = new AtomicLongArray(EngineFigure.values().length);

    void add(EngineFigure figure, long more) {
        values.getAndAdd(figure.ordinal(), more);
    }

    void set(EngineFigure figure, long value) {
        values.set(figure.ordinal(), value);
    }

    long get(EngineFigure figure) {
        return values.get(figure.ordinal());
    }

    Map<EngineFigure, Long> snapshot() {
        Map<EngineFigure, Long> copy = new EnumMap<>(EngineFigure.class);
        for (EngineFigure figure : EngineFigure.values()) {
            copy.put(figure, get(figure));
        }
        return copy;
    }
}
