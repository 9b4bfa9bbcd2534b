package dev.llamero.gateway.chat;

import dev.llamero.gateway.chat.TurnStore.Begun;
import dev.llamero.gateway.upstream.CompletionCall;
import dev.llamero.gateway.upstream.ModelClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The turns of all conversations: what is asked, what runs, what a page must know of it. Any thread. A turn runs on a
 * virtual thread of its own and does not care who looks at it; one that a former gateway left is taken up.
 */
public final class Chats implements AutoCloseable {
    /** A question longer than this, its files included, fits no context that we know. */
    public static final int MESSAGE_CHARS_MAX = 200_000;

    public static final int TITLE_CHARS_MAX = 120;
    /** Turns at once; one engine answers them all, so more would only wait there. */
    public static final int RUNNING_TURNS_MAX = 16;
    /** The same for one account, so that nobody takes all places. */
    public static final int RUNNING_TURNS_OF_ONE_MAX = 8;
    /** Answers to one question, or versions of it. */
    public static final int SIBLINGS_MAX = 50;
    /** Messages that go into a prompt, and bound for one page of history. */
    static final int PATH_MESSAGES_MAX = 2000;
    /** A run that waited longer for its gateway is closed: nobody expects its answer any more. */
    static final Duration ADOPTION_AGE_MAX = Duration.ofDays(1);

    private static final System.Logger LOG = System.getLogger(Chats.class.getName());
    private static final int AUTOMATIC_TITLE_CHARS = 60;
    private static final long WAITING_NANOS = 1_000_000_000L;

    private final Store store;
    private final LiveTurns live;
    private final Sessions sessions;
    private final Histories histories;
    private final Titles titles;
    private final TurnTimes times = new TurnTimes();
    private final ModelClient client;
    private final Models models;
    private final Duration retryFor;
    private final Clock clock;
    private final List<Thread> runners = new ArrayList<>();
    private long waitingToldNanos = System.nanoTime();
    private boolean closing;

    /**
     * How the chats behave.
     *
     * @param directory of the database
     * @param retryFor how long a broken answer is asked for again while nothing comes; zero never asks again
     * @param automaticTitles whether the model is asked for a title
     */
    public record Options(Path directory, Duration retryFor, boolean automaticTitles) {}

    /** Opens the store and takes up the turns that a former gateway left running. */
    public Chats(Options options, ModelClient client, Models models, ChatEvent.Listener listener, Clock clock) {
        this.store = new Store(options.directory());
        this.live = new LiveTurns(store, listener);
        this.titles = new Titles(store, live, client, options.automaticTitles());
        this.client = client;
        this.models = models;
        this.retryFor = options.retryFor();
        this.clock = clock;
        this.sessions = new Sessions(store, live, this::stopAll, clock);
        this.histories = new Histories(store, live, sessions);
        live.locked(() -> store.turns().running().forEach(this::adopt));
    }

    private void adopt(String turnId) {
        Begun begun = store.turns().byId(turnId).orElseThrow();
        AnswerText text = store.turns().text(turnId);
        Turn turn = begun.answer().turn();
        long age = clock.millis() - begun.answer().createdAt();
        if (age > ADOPTION_AGE_MAX.toMillis()
                || turn.attempts() > TurnRunner.BARREN_ATTEMPTS_MAX
                || live.count() >= RUNNING_TURNS_MAX) {
            LOG.log(System.Logger.Level.WARNING, "turn " + turnId + " was running when the gateway last ended");
            Turn end = turn.ended(TurnState.INTERRUPTED, "", Turn.Statistics.NONE);
            store.finish(begun.sessionKey(), begun.answer().with(text, end), clock.millis());
            return;
        }
        LOG.log(System.Logger.Level.INFO, "turn " + turnId + " is taken up where the gateway last ended");
        LiveTurn adopted = LiveTurn.adopted(begun, text, store.turns().adopt(turnId), age);
        store.turns().attempts(turnId, adopted.attempts());
        run(adopted);
    }

    private void run(LiveTurn turn) {
        live.add(turn);
        var runner = new TurnRunner(this, live, turn, client, models, retryFor);
        runners.removeIf(thread -> !thread.isAlive());
        runners.add(Thread.ofVirtual().name("turn-" + turn.id()).start(runner));
    }

    /** The list of conversations and what is done with whole ones. */
    public Sessions sessions() {
        return sessions;
    }

    /** When the newest turns came and ended. */
    public TurnTimes times() {
        return times;
    }

    /**
     * Keeps what the page that asked measured of a turn.
     *
     * @param sentNanos when the end of the turn was handed to the socket of that page; 0 if it had it otherwise
     */
    public void measured(String owner, String turnId, TurnTimes.Seen seen, long sentNanos) {
        times.seen(histories.owned(owner, turnId).answer().turn().id(), seen, sentNanos);
    }

    /** What pages see of conversations. */
    public Histories histories() {
        return histories;
    }

    /**
     * Asks a question.
     *
     * @param question with the key that makes it one question however often it is sent
     */
    public Ack send(String owner, Question question) {
        return begin(owner, question.idempotencyKey(), question.sessionKey(), () -> {
            long leaf = store.sessions().leaf(question.sessionKey());
            return ask(owner, question, leaf, question.attachments());
        });
    }

    /** Asks another question in the place of an earlier one; both stay. */
    public Ack edit(String owner, long messageId, Question question) {
        String key = question.sessionKey();
        return begin(owner, question.idempotencyKey(), key, () -> {
            Message old = store.messages()
                    .get(key, messageId)
                    .filter(message -> message.role().equals("user"))
                    .orElseThrow(Histories::unknownMessage);
            List<Attachment> files = question.attachments() == null
                    ? store.messages().attachments(key, messageId)
                    : question.attachments();
            return ask(owner, question, old.parent(), files);
        });
    }

    private LiveTurn ask(String owner, Question question, long parent, List<Attachment> files) {
        String key = question.sessionKey();
        checkSiblings(key, parent, "user");
        ChatSettings settings = settings(store.sessions().settings(key));
        Begun begun = store.begin(
                new Store.Asked(
                        owner,
                        key,
                        title(question.message()),
                        parent,
                        question.message(),
                        files,
                        question.idempotencyKey()),
                turn(question.model(), settings),
                settings,
                clock.millis());
        return LiveTurn.started(begun, new AnswerText());
    }

    /** Asks the question of an answer again; the new answer is shown in the place of the old one. */
    public Ack retry(String owner, String turnId, String idempotencyKey, String model) {
        Begun old = histories.owned(owner, turnId);
        return begin(owner, idempotencyKey, old.sessionKey(), () -> {
            checkSiblings(old.sessionKey(), old.question().id(), "assistant");
            ChatSettings settings = settings(store.sessions().settings(old.sessionKey()));
            return LiveTurn.started(
                    store.beginAgain(
                            old, idempotencyKey, turn(model, settings), settings, new AnswerText(), clock.millis()),
                    new AnswerText());
        });
    }

    /** Lets a cut answer go on: the same question in the same way, shown from where it was cut. */
    public Ack goOn(String owner, String turnId, String idempotencyKey) {
        Begun old = histories.owned(owner, turnId);
        return begin(owner, idempotencyKey, old.sessionKey(), () -> {
            if (!old.answer().turn().isCut()) {
                throw new ChatException("INVALID_REQUEST", "this answer is whole; ask for more in words");
            }
            checkSiblings(old.sessionKey(), old.question().id(), "assistant");
            ChatSettings settings = settings(old.settings().unlimited());
            AnswerText soFar = AnswerText.of(old.answer());
            Turn turn = turn(old.answer().turn().model(), settings);
            return LiveTurn.started(
                    store.beginAgain(old, idempotencyKey, turn, settings, soFar, clock.millis()), soFar);
        });
    }

    /** A seed of ours where there is none, so that a broken answer can be asked for again. */
    private static ChatSettings settings(ChatSettings wanted) {
        return wanted.seed() != null
                ? wanted
                : wanted.withSeedOfOurs(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
    }

    private Turn turn(String model, ChatSettings settings) {
        String id = UUID.randomUUID().toString();
        String first = model.isEmpty() ? settings.model() : model;
        return Turn.begun(id, id, first.isEmpty() ? models.known().orElse("") : first);
    }

    private void checkSiblings(String key, long parent, String role) {
        if (store.messages().siblings(key, parent, role) >= SIBLINGS_MAX) {
            throw new ChatException(
                    "INVALID_REQUEST",
                    "there are " + SIBLINGS_MAX + " versions of this message already; start a new chat");
        }
    }

    private Ack begin(String owner, String idempotencyKey, String sessionKey, Beginning beginning) {
        return live.within(() -> {
            Optional<Begun> earlier = store.turns().byIdempotencyKey(idempotencyKey);
            if (earlier.isPresent()) {
                if (!earlier.get().owner().equals(owner)
                        || !earlier.get().sessionKey().equals(sessionKey)) {
                    throw new ChatException("INVALID_REQUEST", "idempotencyKey was used for another chat");
                }
                return ack(earlier.get());
            }
            if (closing) {
                throw new ChatException("UNAVAILABLE", "the gateway is shutting down; try again in a moment");
            }
            sessions.checkOwned(owner, sessionKey);
            if (live.of(sessionKey).isPresent()) {
                throw new ChatException("BUSY", "this chat is still being answered; wait for the end, or stop it");
            }
            if (live.countOf(owner) >= RUNNING_TURNS_OF_ONE_MAX) {
                throw new ChatException(
                        "BUSY",
                        RUNNING_TURNS_OF_ONE_MAX + " answers of yours are on their way already; wait until one is"
                                + " done");
            }
            if (live.count() >= RUNNING_TURNS_MAX) {
                throw new ChatException(
                        "BUSY", RUNNING_TURNS_MAX + " answers are on their way already; wait until one is done");
            }
            titles.giveWay();
            LiveTurn started = beginning.start();
            times.begun(started.id());
            live.publish(owner, new ChatEvent.TurnStarted(sessionKey, started.question, started.answer));
            live.publishSession(owner, sessionKey);
            run(started);
            return ack(store.turns().byId(started.id()).orElseThrow());
        });
    }

    private static Ack ack(Begun begun) {
        Turn turn = begun.answer().turn();
        return new Ack(
                turn.id(),
                begun.sessionKey(),
                begun.question().id(),
                begun.answer().id(),
                turn.state());
    }

    static String title(String question) {
        String line = question.strip().lines().findFirst().orElse("").strip().replaceAll("\\s+", " ");
        int end = line.offsetByCodePoints(0, Math.min(AUTOMATIC_TITLE_CHARS, line.codePointCount(0, line.length())));
        return end == line.length() ? line : line.substring(0, end) + "\u2026";
    }

    /**
     * Ends a turn early; what it has is kept.
     *
     * @return false if it was over already, or never was
     */
    public boolean stop(String owner, String turnId) {
        Optional<LiveTurn> running = live.within(() -> live.byId(turnId)).filter(turn -> turn.owner.equals(owner));
        running.ifPresent(turn -> cancel(live.within(() -> turn.end(TurnState.STOPPED))));
        return running.isPresent();
    }

    private void stopAll(String sessionKey) {
        live.within(() -> live.of(sessionKey))
                .ifPresent(turn -> cancel(live.within(() -> turn.end(TurnState.STOPPED))));
    }

    private static void cancel(CompletionCall call) {
        if (call != null) {
            call.cancel();
        }
    }

    public int runningTurns() {
        return live.count();
    }

    /** The turn that began last, as it stands. */
    public Optional<Turn> lastTurn(String owner) {
        return live.within(
                () -> live.last(owner).map(LiveTurn::now).or(() -> store.turns().last(owner)));
    }

    /**
     * Called several times a second: writes what running turns have, about once a second tells that the silent ones are
     * alive, and purges what was deleted.
     */
    public void beat() {
        boolean tell = System.nanoTime() - waitingToldNanos >= WAITING_NANOS;
        for (LiveTurn turn : live.all()) {
            live.write(turn);
            if (tell) {
                live.locked(() -> tellWaiting(turn));
            }
        }
        if (tell) {
            waitingToldNanos = System.nanoTime();
            sessions.purge();
            titles.beat();
        }
    }

    private void tellWaiting(LiveTurn turn) {
        if (live.byId(turn.id()).isEmpty()) {
            return;
        }
        Optional<ChatEvent> resuming = turn.resuming();
        if (resuming.isPresent()) {
            live.publish(turn.owner, resuming.get());
        } else if (turn.isSilent()) {
            live.publish(turn.owner, new ChatEvent.TurnWaiting(turn.sessionKey, turn.id(), turn.elapsedMillis()));
        }
    }

    /** The conversation up to the question of this turn, for the prompt. */
    List<Message> conversation(LiveTurn turn) {
        return store.messages().path(turn.sessionKey, turn.question.id(), PATH_MESSAGES_MAX);
    }

    Store store() {
        return store;
    }

    /** The end of a turn, called by its runner alone. */
    void ended(LiveTurn turn, Turn end) {
        live.locked(() -> {
            Message answer = turn.with(end);
            live.remove(turn);
            store.finish(turn.sessionKey, answer, clock.millis());
            times.ended(turn.id(), System.nanoTime());
            live.publish(turn.owner, new ChatEvent.TurnEnded(turn.sessionKey, turn.id(), turn.seq(), answer));
            live.publishSession(turn.owner, turn.sessionKey);
        });
        if (end.state() == TurnState.DONE) {
            titles.consider(turn, end.model());
        }
    }

    /** Leaves the running turns to the next start, waits for their threads for a moment, and closes the store. */
    @Override
    public void close() {
        var calls = new ArrayList<CompletionCall>();
        List<Thread> waiting = live.within(() -> {
            closing = true;
            live.all().forEach(turn -> calls.add(turn.end(TurnState.INTERRUPTED)));
            return List.copyOf(runners);
        });
        titles.close();
        calls.stream().filter(Objects::nonNull).forEach(CompletionCall::cancel);
        try {
            for (Thread runner : waiting) {
                runner.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    /**
     * What a person asks.
     *
     * @param idempotencyKey the same one again gives the turn that the first call began
     * @param model whom to ask; empty for the conversation's choice or ours
     * @param attachments files; null when an edited question keeps those that it had
     */
    public record Question(
            String sessionKey, String message, String idempotencyKey, String model, List<Attachment> attachments) {}

    /** What a sender is told: the turn that answers. */
    public record Ack(String turnId, String sessionKey, long questionId, long answerId, TurnState state) {}

    private interface Beginning {
        LiveTurn start();
    }
}
