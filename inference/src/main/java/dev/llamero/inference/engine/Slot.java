package dev.llamero.inference.engine;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * One generation inside the engine: its tokens, its sequence and what it cost. Made by the submitting thread, then
 * engine's thread only.
 *
 * <p>The tokens are prompt and answer; those that the sequence does not hold yet are pending. A slot that loses its
 * sequence (preempted for lack of cells) keeps its tokens and evaluates them again later.
 */
final class Slot {
    /** Where a generation stands. Moves go down this list, except that a preempted slot goes back to QUEUED. */
    enum Phase {
        /** Waits for a place among the running. */
        QUEUED,
        /** Waits for another running slot that evaluates the same prefix; holds no sequence. */
        FOLLOWING,
        /** Has pending tokens to evaluate before it samples. */
        PREFILL,
        /** Each step evaluates its last token and samples the next. */
        DECODE,
        /** Over; the mailbox holds its end. */
        DONE
    }

    /** A disk that takes longer than this does not answer. */
    private static final long FETCH_NANOS_MAX = Duration.ofSeconds(10).toNanos();

    private static final System.Logger LOG = System.getLogger(Slot.class.getName());

    final GenerationRequest request;
    final Mailbox mailbox;
    final TokenList tokens;
    final Sampler sampler;
    final Answer answer;
    final int promptTokens;
    final Draft draft;
    /** Control tokens whose text is part of the answer: a handful. */
    private final int[] shown;

    private final long submittedNanos = System.nanoTime();

    Phase phase = Phase.QUEUED;
    CachedSequence sequence;
    TokenConstraint constraint;
    /** Order of admission; later is younger. */
    long age;
    /** The slot that a FOLLOWING slot waits for, and until it holds how many tokens. */
    Slot leader;

    int leaderTokens;
    /** This step's rows, and the row whose logits it samples from; -1 for none. */
    int stepRows;

    int stepLogitsRow = -1;

    /** What sampling this step's rows gave: tokens, and of these how many were guessed. */
    int stepTokens;

    int stepAccepted;
    /** Why the answer is over; null while it goes on. */
    FinishReason finish;
    /** What sampling threw; null if nothing. */
    RuntimeException failure;
    /** Whether the context is full, so that it must shift before the next step. */
    boolean full;

    /** Whether this step's rows would have been a lone one without its draft, and choices must be clear. */
    boolean careful;
    /** Whether a choice was not clear: the next step evaluates that row again, alone. */
    boolean unclear;

    int draftedTokens;
    int acceptedTokens;
    int reusedTokens = -1;
    int generatedTokens;
    /** Whether the middle of its tokens was dropped. */
    boolean shifted;

    private long admittedNanos;
    private boolean fetched;
    private long fetchNanos;
    private long firstRowNanos;
    private long firstTokenNanos;

    Slot(GenerationRequest request, Mailbox mailbox, int vocabulary, int contextTokens, int draftTokensMax) {
        this.request = request;
        this.mailbox = mailbox;
        this.tokens = new TokenList(request.promptTokens());
        this.promptTokens = tokens.size();
        this.sampler = new Sampler(request.sampling(), vocabulary, contextTokens);
        this.answer = new Answer(mailbox, request.stops());
        this.draft = new Draft(draftTokensMax);
        this.shown = request.shownTokens().stream().mapToInt(Integer::intValue).toArray();
        if (sampler.remembers()) {
            for (int token : request.promptTokens()) {
                sampler.accept(token);
            }
        }
    }

    /** Rows of this step whose tokens are certain: all but the draft's. */
    int certainRows() {
        return stepRows - (phase == Phase.DECODE ? draft.rows() : 0);
    }

    /** How many tokens must be evaluated before the next one can be sampled. */
    int pending() {
        return tokens.size() - (sequence == null ? 0 : sequence.size());
    }

    /** The answer's tokens so far; none if they are no longer whole. */
    int[] answerTokens() {
        int[] answer = new int[shifted ? 0 : tokens.size() - promptTokens];
        for (int i = 0; i < answer.length; i++) {
            answer[i] = tokens.get(promptTokens + i);
        }
        return answer;
    }

    /** Whether a control token's text is part of the answer. */
    boolean shows(int token) {
        for (int each : shown) {
            if (each == token) {
                return true;
            }
        }
        return false;
    }

    void markAdmitted() {
        if (admittedNanos == 0) {
            admittedNanos = System.nanoTime();
        }
    }

    /** How long it has had a place; 0 if it never had one. */
    long heldNanos() {
        return admittedNanos == 0 ? 0 : System.nanoTime() - admittedNanos;
    }

    /** Frees the constraint on the answer's tokens, if it was made. */
    void closeConstraint() {
        try {
            if (constraint != null) {
                constraint.close();
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Constraint of request " + request.requestId() + " not closed", e);
        }
    }

    /** Whether to wait for what is read from disk for this request; not for ever, and not again once it was there. */
    boolean waitsForDisk(BooleanSupplier fetches) {
        if (fetched) {
            return false;
        }
        long now = System.nanoTime();
        fetchNanos = fetchNanos == 0 ? now : fetchNanos;
        fetched = !fetches.getAsBoolean() || now - fetchNanos > FETCH_NANOS_MAX;
        return !fetched;
    }

    void markFirstRow() {
        if (firstRowNanos == 0) {
            firstRowNanos = System.nanoTime();
        }
    }

    void markToken() {
        generatedTokens++;
        if (firstTokenNanos == 0) {
            firstTokenNanos = System.nanoTime();
        }
    }

    GenerationStatistics statistics() {
        long now = System.nanoTime();
        long firstRow = firstRowNanos == 0 ? now : firstRowNanos;
        long firstToken = firstTokenNanos == 0 ? now : firstTokenNanos;
        return new GenerationStatistics(
                promptTokens,
                Math.max(0, reusedTokens),
                generatedTokens,
                firstRow - submittedNanos,
                firstToken - firstRow,
                now - firstToken,
                draftedTokens,
                acceptedTokens);
    }
}
