package dev.llamero.gateway.chat;

import dev.llamero.gateway.chat.TurnStore.Begun;
import dev.llamero.gateway.chat.TurnStore.Piece;
import dev.llamero.gateway.upstream.CompletionCall;
import dev.llamero.gateway.upstream.UpstreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The text of a running answer, its log and its clock. Guarded by the lock of {@link LiveTurns}; only its runner
 * appends.
 */
final class LiveTurn {
    /** A client that missed more than this gets the whole text. */
    static final int REST_CHARS_MAX = 1 << 20;

    final String owner;
    final String sessionKey;
    final Message question;
    final Message answer;
    final ChatSettings settings;
    /** Held while pieces are taken and written, so that no later piece is on disk before an earlier one. */
    final Object writing = new Object();

    private final long startNanos;
    private final CountDownLatch endWanted = new CountDownLatch(1);
    private final Clock clock = new Clock();
    private final List<Piece> unwritten = new ArrayList<>();
    private final StringBuilder open = new StringBuilder();
    private final Marks marks = new Marks();
    private AnswerText text;
    private CatchUp catchUp;
    private UpstreamException fault;
    private boolean rewrite;
    private String openKind = "";
    private long seq;
    private String finishReason = "";
    private int attempts;
    private String model;
    private CompletionCall call;
    /** Set within the lock; the runner reads it outside. */
    private volatile TurnState wanted = TurnState.RUNNING;

    private LiveTurn(Begun begun, AnswerText text, long seq, long ageMillis) {
        this.owner = begun.owner();
        this.sessionKey = begun.sessionKey();
        this.question = begun.question();
        this.answer = begun.answer();
        this.settings = begun.settings();
        this.model = answer.turn().model();
        this.attempts = answer.turn().attempts();
        this.text = text;
        this.seq = seq;
        this.startNanos = System.nanoTime() - ageMillis * 1_000_000;
        marks.reset(seq);
        clock.thinkingKnown = text.isEmpty();
        if (!text.isEmpty()) {
            catchUp = new CatchUp(text);
        }
    }

    /** A turn that starts; its answer may begin with text that is known already. */
    static LiveTurn started(Begun begun, AnswerText soFar) {
        return new LiveTurn(begun, soFar, 0, 0);
    }

    /** A turn that a former gateway left. */
    static LiveTurn adopted(Begun begun, AnswerText soFar, long seq, long ageMillis) {
        var turn = new LiveTurn(begun, soFar, seq, Math.max(0, ageMillis));
        turn.attempts++;
        turn.clock.firstTokenKnown = soFar.isEmpty();
        return turn;
    }

    String id() {
        return answer.turn().id();
    }

    /**
     * Takes the next piece that the model sent, and gives what is to be told of it: nothing while it repeats what is
     * there.
     */
    List<ChatEvent> take(String kind, String piece) {
        clock.lastNanos = System.nanoTime();
        clock.attemptFirstNanos = clock.attemptFirstNanos == 0 ? clock.lastNanos : clock.attemptFirstNanos;
        if (catchUp == null) {
            fault = null;
            return append(kind, piece);
        }
        Optional<String> news = catchUp.take(kind, piece);
        if (news.isEmpty()) {
            return replaced(kind, piece);
        }
        if (catchUp.isComplete()) {
            catchUp = null;
            fault = null;
        }
        return news.get().isEmpty() ? List.of() : append(kind, news.get());
    }

    /** The second answer differs from the first: it counts, from its beginning on. */
    private List<ChatEvent> replaced(String kind, String piece) {
        text = catchUp.verified();
        text.append(kind, piece);
        catchUp = null;
        fault = null;
        rewrite = true;
        unwritten.clear();
        open.setLength(0);
        openKind = "";
        long before = seq;
        seq += text.runs().size() + 1;
        long next = before;
        for (AnswerText.Run run : text.runs()) {
            unwritten.add(new Piece(++next, run.kind(), run.text().toString()));
        }
        marks.reset(seq);
        return List.of(new ChatEvent.TurnReset(sessionKey, id(), seq, soFar()));
    }

    /** The second answer is over: what it did not repeat does not count. */
    List<ChatEvent> completed() {
        return catchUp == null || catchUp.isComplete() ? List.of() : replaced(AnswerText.CONTENT, "");
    }

    private List<ChatEvent> append(String kind, String piece) {
        var events = new ArrayList<ChatEvent>();
        boolean thinking = kind.equals(AnswerText.REASONING);
        if (clock.firstTokenMillis < 0) {
            clock.firstTokenMillis = elapsedMillis();
        }
        if (!thinking && clock.firstContentMillis < 0) {
            clock.firstContentMillis = elapsedMillis();
            if (clock.thinkingKnown && text.reasoningChars() > 0) {
                events.add(
                        new ChatEvent.TurnThought(sessionKey, id(), clock.firstContentMillis - clock.firstTokenMillis));
            }
        }
        text.append(kind, piece);
        seq++;
        marks.add(text);
        if (!kind.equals(openKind)) {
            closePiece(seq - 1);
            openKind = kind;
        }
        open.append(piece);
        if (AnswerText.isTool(kind)) {
            String[] parts = AnswerText.toolParts(kind);
            events.add(new ChatEvent.TurnTool(
                    sessionKey, id(), seq, Integer.parseInt(parts[0]), parts[1], parts[2], piece));
        } else {
            events.add(new ChatEvent.TurnDelta(sessionKey, id(), seq, kind, piece));
        }
        return events;
    }

    private void closePiece(long last) {
        if (!openKind.isEmpty()) {
            unwritten.add(new Piece(last, openKind, open.toString()));
            open.setLength(0);
            openKind = "";
        }
    }

    int unwrittenChars() {
        return rewrite ? Integer.MAX_VALUE : open.length();
    }

    /** What has not been written yet; the caller, who holds {@link #writing}, writes it. */
    Writing takeUnwritten() {
        closePiece(seq);
        var taken = new Writing(rewrite, List.copyOf(unwritten));
        unwritten.clear();
        rewrite = false;
        return taken;
    }

    /** @param fromScratch whether the pieces take the place of all that was written before */
    record Writing(boolean fromScratch, List<Piece> pieces) {}

    /** The attempt broke off: the next one is compared with what is there. */
    void broke(UpstreamException why) {
        fault = why;
        attempts++;
        clock.attemptFirstNanos = 0;
        catchUp = text.isEmpty() ? null : new CatchUp(text);
    }

    /** How the next attempt stands; empty if none is needed. */
    Optional<ChatEvent> resuming() {
        if (catchUp == null && fault == null) {
            return Optional.empty();
        }
        return Optional.of(new ChatEvent.TurnResuming(
                sessionKey,
                id(),
                attempts,
                catchUp == null ? 0 : catchUp.verifiedChars(),
                fault == null ? "" : fault.code().name(),
                fault == null ? "" : fault.getMessage(),
                fault == null ? "" : fault.remedy()));
    }

    /** What a client that has seen the events up to this number must learn. */
    Rest rest(long seen) {
        int[] mark = marks.at(seen);
        boolean whole =
                mark == null || text.contentChars() - mark[0] + text.reasoningChars() - mark[1] > REST_CHARS_MAX;
        return new Rest(
                id(),
                seq,
                TurnState.RUNNING,
                whole,
                whole ? "" : text.content().substring(mark[0]),
                whole ? "" : text.reasoning().substring(mark[1]),
                whole ? List.of() : text.toolCalls(),
                whole ? soFar() : null);
    }

    long seq() {
        return seq;
    }

    int attempts() {
        return attempts;
    }

    int chars() {
        return text.contentChars() + text.reasoningChars();
    }

    long elapsedMillis() {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    boolean isSilent() {
        return text.isEmpty();
    }

    void finish(String reason) {
        finishReason = reason;
    }

    void usage(long prompt, long cached, long completion) {
        clock.promptTokens = prompt;
        clock.cachedTokens = cached;
        clock.completionTokens = completion;
    }

    void contextTokensMax(long tokens) {
        clock.contextTokensMax = tokens;
    }

    String model() {
        return model;
    }

    void model(String name) {
        model = name;
    }

    /** Sets the way to cancel; cancels at once if the turn was stopped before. */
    void call(CompletionCall started) {
        call = started;
        if (wanted != TurnState.RUNNING) {
            started.cancel();
        }
    }

    /** Says how the turn is to end; the first wish counts. The caller cancels the call outside the lock. */
    CompletionCall end(TurnState state) {
        if (wanted == TurnState.RUNNING) {
            wanted = state;
        }
        endWanted.countDown();
        return call;
    }

    TurnState wanted() {
        return wanted;
    }

    /** Waits before the next attempt, but not if the turn is to end. */
    void pause(long millis) {
        try {
            endWanted.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // A cancel of the attempt that is over; the wish to end is looked at next.
            Thread.currentThread().interrupt();
        }
    }

    Turn.Statistics statistics() {
        return clock.statistics(elapsedMillis(), text.reasoningChars() > 0);
    }

    String finishReason() {
        return finishReason;
    }

    /** The turn with what was measured so far. */
    Turn now() {
        return answer.turn().asked(model, attempts, statistics());
    }

    /** The answer with the text so far. */
    Message soFar() {
        return with(now());
    }

    Message with(Turn turn) {
        return answer.with(text, turn);
    }

    /** What was measured; -1 for what is not known. */
    private static final class Clock {
        private long firstTokenMillis = -1;
        private long firstContentMillis = -1;
        /** False after a restart: then nobody knows when the first tokens came. */
        private boolean firstTokenKnown = true;

        private boolean thinkingKnown;
        private long attemptFirstNanos;
        private long lastNanos;
        private long promptTokens = -1;
        private long cachedTokens = -1;
        private long completionTokens = -1;
        private long contextTokensMax = -1;

        Turn.Statistics statistics(long elapsedMillis, boolean thought) {
            long thoughtUntil = firstContentMillis < 0 ? elapsedMillis : firstContentMillis;
            double seconds = (lastNanos - attemptFirstNanos) * 1e-9;
            double rate = completionTokens > 1 && attemptFirstNanos > 0 && seconds > 0
                    ? Math.round((completionTokens - 1) / seconds * 100) / 100.0
                    : -1;
            return new Turn.Statistics(
                    firstTokenKnown ? firstTokenMillis : -1,
                    thinkingKnown && thought ? thoughtUntil - firstTokenMillis : -1,
                    elapsedMillis,
                    promptTokens,
                    cachedTokens,
                    completionTokens,
                    rate,
                    promptTokens < 0 ? -1 : promptTokens + Math.max(0, completionTokens),
                    contextTokensMax);
        }
    }
}
