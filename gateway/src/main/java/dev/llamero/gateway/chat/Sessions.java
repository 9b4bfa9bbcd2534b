package dev.llamero.gateway.chat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The list of conversations, and what is done with whole ones. Any thread. Each call says whose conversations it means.
 */
public final class Sessions {
    /** How long a deleted conversation can be restored. */
    public static final Duration RESTORABLE = Duration.ofMinutes(10);

    /** The newest ones that the list shows. */
    static final int LISTED_MAX = 1000;
    /** A conversation that was only configured is kept this long for its first question. */
    static final Duration EMPTY_AGE_MAX = Duration.ofDays(1);

    private final Store store;
    private final LiveTurns live;
    private final Consumer<String> stop;
    private final Clock clock;
    private final Archive archive;

    /** @param stop ends what runs in a conversation */
    Sessions(Store store, LiveTurns live, Consumer<String> stop, Clock clock) {
        this.store = store;
        this.live = live;
        this.stop = stop;
        this.clock = clock;
        this.archive = new Archive(store, live, this, clock);
    }

    /** Export and import. */
    public Archive archive() {
        return archive;
    }

    /** Pinned ones first, then the newest. */
    public List<Session> list(String owner) {
        return store.sessions().list(owner, LISTED_MAX);
    }

    /** What was found in titles and messages, best first. */
    public List<SearchIndex.Hit> search(String owner, String query, int limit) {
        return store.search().find(owner, query, limit);
    }

    public void rename(String owner, String key, String title) {
        change(owner, key, store.sessions().title(owner, key, title, TitleSource.PERSON));
    }

    public void pin(String owner, String key, boolean pinned) {
        change(owner, key, store.sessions().pin(owner, key, pinned));
    }

    private void change(String owner, String key, boolean done) {
        if (!done) {
            throw unknown();
        }
        live.locked(() -> live.publishSession(owner, key));
    }

    /** Stops what runs in it and hides it; {@link #restore} brings it back for a while. */
    public void delete(String owner, String key) {
        live.locked(() -> {
            if (store.sessions().delete(owner, key, clock.millis())) {
                live.publish(owner, new ChatEvent.SessionDeleted(key));
            }
        });
        if (store.sessions().owner(key).filter(owner::equals).isPresent()) {
            stop.accept(key);
        }
    }

    public void restore(String owner, String key) {
        live.locked(() -> {
            if (!store.sessions().restore(owner, key)) {
                throw new ChatException("NOT_FOUND", "this chat cannot be restored any more");
            }
            live.publishSession(owner, key);
        });
    }

    /** How the conversation's next questions are asked; makes it if it is new. */
    public ChatSettings configure(String owner, String key, ChatSettings settings) {
        return live.within(() -> {
            checkOwned(owner, key);
            store.sessions().make(owner, key, "", clock.millis());
            store.sessions().configure(key, settings);
            live.publish(owner, new ChatEvent.SessionConfigured(key, settings));
            return settings;
        });
    }

    /** Removes for good what cannot be restored any more. */
    void purge() {
        long now = clock.millis();
        store.sessions().purge(now - RESTORABLE.toMillis(), now - EMPTY_AGE_MAX.toMillis());
    }

    /** @throws ChatException if the key is somebody else's, or of a deleted conversation; a new key is fine */
    void checkOwned(String owner, String key) {
        boolean foreign =
                store.sessions().owner(key).filter(of -> !of.equals(owner)).isPresent();
        if (foreign || store.sessions().isDeleted(key)) {
            throw unknown();
        }
    }

    /** @throws ChatException if there is no such conversation of this owner's */
    void checkKnown(String owner, String key) {
        if (store.sessions().get(owner, key).isEmpty()) {
            throw unknown();
        }
    }

    static ChatException unknown() {
        return new ChatException(
                "NOT_FOUND", "this chat is not there any more; it may have been deleted in another tab");
    }
}
