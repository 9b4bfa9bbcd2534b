package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells who waits at which place, and for about how long: places times the mean time that requests hold one. Written by
 * the engine's thread; {@link #waiting()} may be called from any.
 */
final class QueueWatch {
    private static final double WEIGHT = 0.1;

    private final int parallel;
    private double heldMean;
    private volatile List<Engine.Waiting> waiting = List.of();

    QueueWatch(int parallel) {
        this.parallel = parallel;
    }

    /** A request is over that held a place so long; 0 if it never had one. */
    void left(long heldNanos) {
        if (heldNanos > 0) {
            heldMean = heldMean == 0 ? heldNanos : heldMean + WEIGHT * (heldNanos - heldMean);
        }
    }

    /** Shows the line as it is after admission. Who is seen in it for the first time learns its place. */
    void show(WaitingLine line) {
        if (line.isEmpty()) {
            waiting = List.of();
            return;
        }
        List<Engine.Waiting> shown = new ArrayList<>(line.size());
        for (Slot slot : line.inOrder()) {
            int position = shown.size() + 1;
            var place = new Engine.Waiting(slot.request.requestId(), position, estimateMillis(position));
            shown.add(place);
            if (slot.mailbox.queued().isEmpty()) {
                slot.mailbox.queued(place);
            }
        }
        waiting = shown;
    }

    private long estimateMillis(int position) {
        return Math.round(heldMean * position / parallel / 1e6);
    }

    List<Engine.Waiting> waiting() {
        return waiting;
    }
}
