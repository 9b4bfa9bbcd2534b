package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.CompletionCall;
import dev.llamero.gateway.upstream.ModelClient;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * All conversations and the turns that run. Any thread. A turn runs on a virtual thread of its own and does not care
 * who looks at it.
 *
 * <p>One lock orders what is published: whoever takes a history inside it knows that every later event follows. Lock
 * order: this one, then the database's. The listener is called within the lock and must not block.
 */
public final class Chats implements AutoCloseable {
    /** A question longer than this fits no context that we know. */
    public static final int MESSAGE_CHARS_MAX = 200_000;

    public static final int TITLE_CHARS_MAX = 120;
    /** Turns at once; one engine answers them all, so more would only wait there. */
    public static final int RUNNING_TURNS_MAX = 16;
    /** The newest ones that the list shows. */
    static final int SESSIONS_MAX = 1000;
    /** Messages that go into a prompt, and bound for one page of history. */
    static final int PATH_MESSAGES_MAX = 2000;
    /** A page of history stays well below what a browser's outbox may hold. */
    static final int HISTORY_CHARS_MAX = 1_500_000;

    private static final int AUTOMATIC_TITLE_CHARS = 60;

    private final Store store;
    private final ModelClient client;
    private final Models models;
    private final Consumer<ChatEvent> listener;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<String, LiveTurn> live = new LinkedHashMap<>();
    private final List<Thread> runners = new ArrayList<>();
    private boolean closing;

    /** Opens the store and closes the turns that a former gateway left running. */
    public Chats(Path directory, ModelClient client, Models models, Consumer<ChatEvent> listener, Clock clock) {
        this.store = new Store(directory);
        this.client = client;
        this.models = models;
        this.listener = listener;
        this.clock = clock;
        int interrupted = store.interruptRunning();
        if (interrupted > 0) {
            System.getLogger(Chats.class.getName())
                    .log(System.Logger.Level.WARNING, interrupted + " turns were running when the gateway last ended");
        }
    }

    public List<Session> sessions() {
        return store.sessions(SESSIONS_MAX);
    }

    public void rename(String sessionKey, String title) {
        locked(() -> {
            if (!store.rename(sessionKey, title)) {
                throw unknownSession();
            }
            publishSession(sessionKey);
        });
    }

    /** Stops what runs in it and forgets it. */
    public void delete(String sessionKey) {
        CompletionCall call = null;
        lock.lock();
        try {
            for (LiveTurn turn : live.values()) {
                if (turn.sessionKey.equals(sessionKey)) {
                    call = turn.end(TurnState.STOPPED);
                }
            }
            if (store.delete(sessionKey)) {
                listener.accept(new ChatEvent.SessionDeleted(sessionKey));
            }
        } finally {
            lock.unlock();
        }
        if (call != null) {
            call.cancel();
        }
    }

    /**
     * Gives a conversation's messages, with the text so far of a running answer, in order with the events.
     *
     * @param before only messages before this one; 0 for the newest
     * @param receiver is called within the lock, so it sees every later event later
     */
    public void history(String sessionKey, long before, int limit, Consumer<History> receiver) {
        locked(() -> {
            long leaf = before == 0 ? store.leaf(sessionKey) : before;
            var path = new ArrayList<>(store.path(sessionKey, leaf, Math.min(limit, PATH_MESSAGES_MAX) + 2));
            if (before != 0 && !path.isEmpty()) {
                path.removeLast();
            }
            boolean more = cut(path, limit);
            LiveTurn running = running(sessionKey).orElse(null);
            if (running != null) {
                path.replaceAll(message -> message.id() == running.answer.id() ? running.soFar() : message);
            }
            receiver.accept(new History(
                    store.session(sessionKey).orElse(null), path, more, running == null ? 0 : running.seq()));
        });
    }

    private static boolean cut(List<Message> path, int limit) {
        long chars = 0;
        for (int i = path.size() - 1; i >= 0; i--) {
            chars += path.get(i).content().length() + path.get(i).reasoning().length();
            boolean tooMuch = chars > HISTORY_CHARS_MAX && i < path.size() - 1;
            if (tooMuch || path.size() - i > limit) {
                path.subList(0, i + 1).clear();
                return true;
            }
        }
        return false;
    }

    /**
     * Asks a question.
     *
     * @param idempotencyKey the same one again gives the turn that the first call began
     * @param model whom to ask; empty for our own choice
     */
    public Ack send(String sessionKey, String question, String idempotencyKey, String model) {
        return begin(
                idempotencyKey,
                model,
                (turn, now) -> store.begin(sessionKey, title(question), question, idempotencyKey, turn, now),
                sessionKey);
    }

    /** Asks the question of an earlier turn again; the new answer takes the place of the old one. */
    public Ack retry(String turnId, String idempotencyKey, String model) {
        Store.Begun old = store.byTurn(turnId)
                .orElseThrow(
                        () -> new ChatException("NOT_FOUND", "this answer is not there any more; reload the page"));
        return begin(
                idempotencyKey,
                model,
                (turn, now) -> {
                    if (store.leaf(old.sessionKey()) != old.answer().id()) {
                        throw new ChatException("INVALID_REQUEST", "only the last answer of a chat can be asked again");
                    }
                    return store.beginAgain(old.sessionKey(), old.question(), idempotencyKey, turn, now);
                },
                old.sessionKey());
    }

    private Ack begin(String idempotencyKey, String model, Beginning beginning, String sessionKey) {
        lock.lock();
        try {
            Optional<Store.Begun> earlier = store.byIdempotencyKey(idempotencyKey);
            if (earlier.isPresent()) {
                return ack(earlier.get());
            }
            if (closing) {
                throw new ChatException("UNAVAILABLE", "the gateway is shutting down; try again in a moment");
            }
            if (running(sessionKey).isPresent()) {
                throw new ChatException("BUSY", "this chat is still being answered; wait for the end, or stop it");
            }
            if (live.size() >= RUNNING_TURNS_MAX) {
                throw new ChatException(
                        "BUSY", RUNNING_TURNS_MAX + " answers are on their way already; wait until one is done");
            }
            String id = UUID.randomUUID().toString();
            Turn turn = Turn.begun(id, id, model.isEmpty() ? models.known().orElse("") : model);
            Store.Begun begun = beginning.store(turn, clock.millis());
            var started = new LiveTurn(begun);
            live.put(id, started);
            listener.accept(new ChatEvent.TurnStarted(sessionKey, begun.question(), begun.answer()));
            publishSession(sessionKey);
            var runner = new TurnRunner(this, started, client, models);
            runners.removeIf(thread -> !thread.isAlive());
            runners.add(Thread.ofVirtual().name("turn-" + id).start(runner));
            return ack(begun);
        } finally {
            lock.unlock();
        }
    }

    private static Ack ack(Store.Begun begun) {
        Turn turn = begun.answer().turn();
        return new Ack(
                turn.id(),
                begun.sessionKey(),
                begun.question().id(),
                begun.answer().id(),
                turn.state());
    }

    private static String title(String question) {
        String line = question.strip().lines().findFirst().orElse("").strip().replaceAll("\\s+", " ");
        int end = line.offsetByCodePoints(0, Math.min(AUTOMATIC_TITLE_CHARS, line.codePointCount(0, line.length())));
        return end == line.length() ? line : line.substring(0, end) + "\u2026";
    }

    /**
     * Ends a turn early; what it has is kept.
     *
     * @return false if it was over already, or never was
     */
    public boolean stop(String turnId) {
        CompletionCall call;
        lock.lock();
        try {
            LiveTurn turn = live.get(turnId);
            if (turn == null) {
                return false;
            }
            call = turn.end(TurnState.STOPPED);
        } finally {
            lock.unlock();
        }
        if (call != null) {
            call.cancel();
        }
        return true;
    }

    public int runningTurns() {
        lock.lock();
        try {
            return live.size();
        } finally {
            lock.unlock();
        }
    }

    /** The turn that began last, as it stands. */
    public Optional<Turn> lastTurn() {
        lock.lock();
        try {
            return live.isEmpty()
                    ? store.lastTurn()
                    : Optional.of(live.lastEntry().getValue().now());
        } finally {
            lock.unlock();
        }
    }

    /** Called about once a second: writes what running turns have, and tells that the silent ones are alive. */
    public void beat() {
        List<LiveTurn> turns;
        lock.lock();
        try {
            turns = List.copyOf(live.values());
        } finally {
            lock.unlock();
        }
        for (LiveTurn turn : turns) {
            var pieces = new ArrayList<Store.Piece>();
            locked(() -> {
                if (live.containsKey(turn.id())) {
                    pieces.addAll(turn.takeUnwritten());
                    if (turn.isSilent()) {
                        listener.accept(new ChatEvent.TurnWaiting(turn.sessionKey, turn.id(), turn.elapsedMillis()));
                    }
                }
            });
            if (!pieces.isEmpty()) {
                store.append(turn.id(), pieces);
            }
        }
    }

    /** The conversation up to the question of this turn, for the prompt. */
    List<Message> conversation(LiveTurn turn) {
        return store.path(turn.sessionKey, turn.question.id(), PATH_MESSAGES_MAX);
    }

    Store store() {
        return store;
    }

    void publish(ChatEvent event) {
        listener.accept(event);
    }

    void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /** The end of a turn, called by its runner alone. */
    void ended(LiveTurn turn, Turn end) {
        locked(() -> {
            Message answer = turn.with(end);
            live.remove(turn.id());
            store.finish(turn.sessionKey, answer, clock.millis());
            listener.accept(new ChatEvent.TurnEnded(turn.sessionKey, turn.id(), turn.seq(), answer));
            publishSession(turn.sessionKey);
        });
    }

    private void publishSession(String sessionKey) {
        store.session(sessionKey).ifPresent(session -> listener.accept(new ChatEvent.SessionChanged(session)));
    }

    private Optional<LiveTurn> running(String sessionKey) {
        return live.values().stream()
                .filter(turn -> turn.sessionKey.equals(sessionKey))
                .findFirst();
    }

    private static ChatException unknownSession() {
        return new ChatException(
                "NOT_FOUND", "this chat is not there any more; it may have been deleted in another tab");
    }

    /** Ends the running turns as interrupted, waits for them for a moment, and closes the store. */
    @Override
    public void close() {
        var calls = new ArrayList<CompletionCall>();
        List<Thread> waiting;
        lock.lock();
        try {
            closing = true;
            live.values().forEach(turn -> calls.add(turn.end(TurnState.INTERRUPTED)));
            waiting = List.copyOf(runners);
        } finally {
            lock.unlock();
        }
        calls.stream().filter(java.util.Objects::nonNull).forEach(CompletionCall::cancel);
        try {
            for (Thread runner : waiting) {
                runner.join(java.time.Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    /**
     * One page of a conversation.
     *
     * @param session null if there is none yet
     * @param more whether there are earlier messages
     * @param seq number of the last delta that is in the running answer's text; 0 if none runs
     */
    public record History(Session session, List<Message> messages, boolean more, long seq) {}

    /** What a sender is told: the turn that answers. */
    public record Ack(String turnId, String sessionKey, long questionId, long answerId, TurnState state) {}

    private interface Beginning {
        Store.Begun store(Turn turn, long now);
    }
}
