package dev.llamero.gateway.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The turns that run, and the one lock that orders what is published: whoever takes a history inside it knows that
 * every later event follows. Any thread. Lock order: a turn's {@code writing}, this one, the database's. The listener
 * is called within the lock and must not block.
 */
final class LiveTurns {
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<String, LiveTurn> live = new LinkedHashMap<>();
    private final Store store;
    private final ChatEvent.Listener listener;

    LiveTurns(Store store, ChatEvent.Listener listener) {
        this.store = store;
        this.listener = listener;
    }

    void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    <T> T within(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    void publish(String owner, ChatEvent event) {
        listener.happened(owner, event);
    }

    /** Tells an owner's pages how a conversation stands; one without messages is not told of. */
    void publishSession(String owner, String key) {
        if (store.sessions().leaf(key) > 0) {
            store.sessions()
                    .get(owner, key)
                    .ifPresent(session -> publish(owner, new ChatEvent.SessionChanged(session)));
        }
    }

    void add(LiveTurn turn) {
        live.put(turn.id(), turn);
    }

    void remove(LiveTurn turn) {
        live.remove(turn.id());
    }

    int count() {
        return within(live::size);
    }

    Optional<LiveTurn> byId(String turnId) {
        return Optional.ofNullable(live.get(turnId));
    }

    Optional<LiveTurn> of(String sessionKey) {
        return live.values().stream()
                .filter(turn -> turn.sessionKey.equals(sessionKey))
                .findFirst();
    }

    /** The one of this owner that began last. */
    Optional<LiveTurn> last(String owner) {
        return live.sequencedValues().reversed().stream()
                .filter(turn -> turn.owner.equals(owner))
                .findFirst();
    }

    int countOf(String owner) {
        return (int)
                live.values().stream().filter(turn -> turn.owner.equals(owner)).count();
    }

    List<LiveTurn> all() {
        return within(() -> new ArrayList<>(live.values()));
    }

    /** Writes what a run has and the disk has not. Not within the lock. */
    void write(LiveTurn turn) {
        synchronized (turn.writing) {
            LiveTurn.Writing writing = within(turn::takeUnwritten);
            if (writing.fromScratch()) {
                store.rewrite(turn.id(), writing.pieces());
            } else if (!writing.pieces().isEmpty()) {
                store.append(turn.id(), writing.pieces());
            }
        }
    }
}
