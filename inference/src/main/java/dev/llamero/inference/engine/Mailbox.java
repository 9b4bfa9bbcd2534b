package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Carries one generation's events from the engine's thread to the one thread that reads, through a ring that neither
 * locks. When the ring is full, further pieces are joined and wait beside it; their sum is bounded by the generation's
 * token limit. The ring keeps two places for the joined piece and the end, so the engine's thread never waits.
 */
final class Mailbox implements Generation {
    private static final int PIECES_MAX = 64;
    private static final int CAPACITY = PIECES_MAX + 2;

    private final AtomicReferenceArray<TokenEvent> ring = new AtomicReferenceArray<>(CAPACITY);
    private final Consumer<Mailbox> wakeEngine;
    private volatile Thread waitingReader;
    private volatile boolean cancelled;
    private volatile boolean ended;
    private volatile Engine.Waiting queued;

    // Reader's side.
    private int head;
    private boolean endRead;

    // Engine's side.
    private int tail;
    private boolean news;
    private final StringBuilder overflow = new StringBuilder();
    private final List<TokenLogprob> overflowLogprobs = new ArrayList<>();

    /** A mailbox that calls {@code wakeEngine} when the reader cancels. */
    Mailbox(Consumer<Mailbox> wakeEngine) {
        this.wakeEngine = wakeEngine;
    }

    @Override
    public TokenEvent next() throws InterruptedException {
        if (endRead) {
            throw new IllegalStateException("the generation's end was already read");
        }
        TokenEvent event = ring.get(head);
        while (event == null) {
            waitingReader = Thread.currentThread();
            event = ring.get(head);
            if (event == null) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    waitingReader = null;
                    throw new InterruptedException("interrupted while waiting for the next piece");
                }
                event = ring.get(head);
            }
        }
        waitingReader = null;
        ring.set(head, null);
        head = following(head, 1);
        endRead = !(event instanceof TokenEvent.Piece);
        return event;
    }

    @Override
    public void cancel() {
        if (!cancelled && !ended) {
            cancelled = true;
            wakeEngine.accept(this);
        }
    }

    @Override
    public void close() {
        cancel();
    }

    /** Engine's thread, before the first event: where the request stood when it came. */
    void queued(Engine.Waiting place) {
        queued = place;
    }

    @Override
    public Optional<Engine.Waiting> queued() {
        return Optional.ofNullable(queued);
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Engine's thread: adds a piece, or joins it to those that wait for room. */
    void piece(String text, List<TokenLogprob> logprobs) {
        if (overflow.isEmpty() && overflowLogprobs.isEmpty() && hasRoom()) {
            put(new TokenEvent.Piece(text, logprobs));
            return;
        }
        overflow.append(text);
        overflowLogprobs.addAll(logprobs);
        if (hasRoom()) {
            putOverflow();
        }
    }

    /** Engine's thread: hands over what has come, and wakes the reader. Called once per step. */
    void flush() {
        if ((!overflow.isEmpty() || !overflowLogprobs.isEmpty()) && hasRoom()) {
            putOverflow();
        }
        wakeReader();
    }

    /** Engine's thread: the last event. */
    void end(TokenEvent event) {
        if (!overflow.isEmpty() || !overflowLogprobs.isEmpty()) {
            putOverflow();
        }
        ended = true;
        put(event);
        wakeReader();
    }

    /** Whether a piece fits and two places remain. The free places follow {@link #tail}, so the third one tells. */
    private boolean hasRoom() {
        return ring.get(following(tail, 2)) == null;
    }

    private void putOverflow() {
        put(new TokenEvent.Piece(overflow.toString(), List.copyOf(overflowLogprobs)));
        overflow.setLength(0);
        overflowLogprobs.clear();
    }

    private void put(TokenEvent event) {
        ring.set(tail, event);
        tail = following(tail, 1);
        news = true;
    }

    private void wakeReader() {
        if (!news) {
            return;
        }
        news = false;
        Thread reader = waitingReader;
        if (reader != null) {
            LockSupport.unpark(reader);
        }
    }

    private static int following(int index, int steps) {
        return (index + steps) % CAPACITY;
    }
}
