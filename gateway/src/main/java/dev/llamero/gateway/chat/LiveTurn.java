package dev.llamero.gateway.chat;

import dev.llamero.gateway.chat.Store.Piece;
import dev.llamero.gateway.upstream.CompletionCall;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a running answer and its clock. Guarded by the lock of {@link Chats}, which owns it; only its runner
 * appends.
 */
final class LiveTurn {
    final String sessionKey;
    final Message question;
    final Message answer;

    private final long startNanos = System.nanoTime();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Piece> unwritten = new ArrayList<>();
    private final StringBuilder open = new StringBuilder();
    private String openKind = "";
    private long seq;
    private long firstTokenMillis = -1;
    private long firstContentMillis = -1;
    private long promptTokens = -1;
    private long completionTokens = -1;
    private String model;
    private CompletionCall call;
    /** Set within the lock; the runner reads it outside. */
    private volatile TurnState wanted = TurnState.RUNNING;

    LiveTurn(Store.Begun begun) {
        this.sessionKey = begun.sessionKey();
        this.question = begun.question();
        this.answer = begun.answer();
        this.model = answer.turn().model();
    }

    String id() {
        return answer.turn().id();
    }

    /** Adds a delta and gives its number. */
    long append(String kind, String text) {
        boolean thinking = kind.equals("reasoning");
        if (firstTokenMillis < 0) {
            firstTokenMillis = elapsedMillis();
        }
        if (!thinking && firstContentMillis < 0) {
            firstContentMillis = elapsedMillis();
        }
        (thinking ? reasoning : content).append(text);
        seq++;
        if (!kind.equals(openKind)) {
            closePiece(seq - 1);
            openKind = kind;
        }
        open.append(text);
        return seq;
    }

    private void closePiece(long last) {
        if (!open.isEmpty()) {
            unwritten.add(new Piece(last, openKind, open.toString()));
            open.setLength(0);
        }
    }

    int unwrittenChars() {
        return open.length();
    }

    /** What has not been written yet; the caller writes it. */
    List<Piece> takeUnwritten() {
        closePiece(seq);
        var taken = List.copyOf(unwritten);
        unwritten.clear();
        return taken;
    }

    long seq() {
        return seq;
    }

    long elapsedMillis() {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    boolean isSilent() {
        return firstTokenMillis < 0;
    }

    void usage(long prompt, long completion) {
        promptTokens = prompt;
        completionTokens = completion;
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
        return call;
    }

    TurnState wanted() {
        return wanted;
    }

    Turn.Statistics statistics() {
        long thought = reasoning.isEmpty()
                ? -1
                : (firstContentMillis < 0 ? elapsedMillis() : firstContentMillis) - firstTokenMillis;
        return new Turn.Statistics(firstTokenMillis, thought, elapsedMillis(), promptTokens, completionTokens);
    }

    /** The turn with what was measured so far. */
    Turn now() {
        return answer.turn().withModel(model).ended(TurnState.RUNNING, statistics());
    }

    /** The answer with the text so far. */
    Message soFar() {
        return with(answer.turn().withModel(model));
    }

    Message with(Turn turn) {
        return new Message(
                answer.id(),
                answer.parent(),
                answer.role(),
                content.toString(),
                reasoning.toString(),
                answer.createdAt(),
                turn);
    }
}
