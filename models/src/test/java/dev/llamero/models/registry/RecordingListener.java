package dev.llamero.models.registry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told, and leaves when a test wants it to. */
final class RecordingListener implements TransferListener {
    private final List<TransferEvent> events = new CopyOnWriteArrayList<>();
    private volatile boolean gone;
    private volatile long goneAt = Long.MAX_VALUE;

    @Override
    public void tell(TransferEvent event) {
        events.add(event);
        gone |= event.digest().isPresent() && event.completed() >= goneAt;
    }

    @Override
    public boolean isGone() {
        return gone;
    }

    void leave() {
        gone = true;
    }

    /** Leaves as soon as so many bytes of a blob have arrived. */
    RecordingListener leavingAt(long bytes) {
        goneAt = bytes;
        return this;
    }

    List<TransferEvent> events() {
        return events;
    }

    /** Each status once per run of equal ones. */
    List<String> statuses() {
        var statuses = new java.util.ArrayList<String>();
        for (TransferEvent event : events) {
            if (statuses.isEmpty() || !statuses.getLast().equals(event.status())) {
                statuses.add(event.status());
            }
        }
        return statuses;
    }
}
