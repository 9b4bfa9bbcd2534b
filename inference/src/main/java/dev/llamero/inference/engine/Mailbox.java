package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Carries one generation's events from the engine's thread to the one thread that reads, through a ring that neither
 * locks.
 *
 * <p>The engine copies characters and makes no objects: the reader, on its own time, makes a piece of them. When the
 * ring is full, further pieces are joined and wait beside it; their sum is bounded by the generation's token limit. The
 * ring keeps a place for the joined piece, so the engine's thread never waits.
 */
final class Mailbox implements Generation {
    private static final int PIECES_MAX = 64;
    private static final int PLACES = PIECES_MAX + 1;

    /** Room for pieces of usual length; a power of two. */
    private static final int CHARACTERS_MAX = 16 * PIECES_MAX;

    // Written by the engine before it counts a piece as written; read before the reader counts it as read.
    private final char[] characters = new char[CHARACTERS_MAX];

    /** How many characters were written up to each piece's end. */
    private final int[] ends = new int[PLACES];

    /** Pieces that are objects already: with log probabilities, or too long for the ring. Null for the others. */
    private final TokenEvent.Piece[] whole = new TokenEvent.Piece[PLACES];

    private volatile int piecesWritten;
    private volatile int piecesRead;
    private volatile TokenEvent end;

    private final Consumer<Mailbox> wakeEngine;
    private volatile Thread waitingReader;
    private volatile boolean cancelled;
    private volatile Engine.Waiting queued;

    // Reader's side.
    private int charactersRead;
    private boolean endRead;

    // Engine's side.
    private int charactersWritten;
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
        TokenEvent event = poll();
        while (event == null) {
            waitingReader = Thread.currentThread();
            event = poll();
            if (event == null) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    waitingReader = null;
                    throw new InterruptedException("interrupted while waiting for the next piece");
                }
                event = poll();
            }
        }
        waitingReader = null;
        return event;
    }

    /** Reader: what has come; null for nothing. */
    private TokenEvent poll() {
        TokenEvent last = end; // Looked at first: what was written before it is then seen, too.
        if (piecesRead != piecesWritten) {
            return read(piecesRead);
        }
        endRead = last != null;
        return last;
    }

    private TokenEvent.Piece read(int piece) {
        int place = piece % PLACES;
        TokenEvent.Piece read = whole[place];
        if (read == null) {
            read = new TokenEvent.Piece(text(charactersRead, ends[place]), List.of());
        }
        whole[place] = null;
        charactersRead = ends[place];
        piecesRead = piece + 1;
        return read;
    }

    private String text(int from, int to) {
        int start = from & (CHARACTERS_MAX - 1);
        int length = Math.min(to - from, CHARACTERS_MAX - start);
        String text = new String(characters, start, length);
        return length == to - from ? text : text + new String(characters, 0, to - from - length);
    }

    @Override
    public void cancel() {
        if (!cancelled && end == null) {
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
    void piece(CharSequence text, List<TokenLogprob> logprobs) {
        if (!overflows() && hasRoom()) {
            put(text, logprobs);
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
        if (overflows() && hasRoom()) {
            putOverflow();
        }
        wakeReader();
    }

    /** Engine's thread: the last event. */
    void end(TokenEvent event) {
        if (overflows()) {
            putOverflow();
        }
        end = event;
        news = true;
        wakeReader();
    }

    private boolean overflows() {
        return !overflow.isEmpty() || !overflowLogprobs.isEmpty();
    }

    /** Whether a piece fits and a place remains. */
    private boolean hasRoom() {
        return piecesWritten - piecesRead < PIECES_MAX;
    }

    private void putOverflow() {
        put(overflow, List.copyOf(overflowLogprobs));
        overflow.setLength(0);
        overflowLogprobs.clear();
    }

    private void put(CharSequence text, List<TokenLogprob> logprobs) {
        int place = piecesWritten % PLACES;
        if (logprobs.isEmpty() && text.length() <= freeCharacters()) {
            for (int i = 0; i < text.length(); i++) {
                characters[charactersWritten++ & (CHARACTERS_MAX - 1)] = text.charAt(i);
            }
        } else {
            whole[place] = new TokenEvent.Piece(text.toString(), logprobs);
        }
        ends[place] = charactersWritten;
        piecesWritten++;
        news = true;
    }

    /** The last piece that was read tells how far the reader is; its place is the one that stays free. */
    private int freeCharacters() {
        int read = piecesRead;
        int charactersGone = read == 0 ? 0 : ends[(read - 1) % PLACES];
        return CHARACTERS_MAX - (charactersWritten - charactersGone);
    }

    /**
     * To wake a virtual thread that is parked, the JDK makes an object of 32 bytes (measured); nothing else is made
     * here.
     */
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
}
