package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Guesses the next tokens of answers with a small model of the same vocabulary (Leviathan et al., "Fast inference from
 * transformers via speculative decoding", 2023), where the text so far has no guess. It guesses the likeliest token
 * only, and the large model's choice at each place is drawn as ever and compared with it: a guess changes when tokens
 * come and not which. Engine's thread only, between steps.
 *
 * <p>How many tokens it guesses follows from how often its guesses hold, and from what its steps and the large model's
 * were measured to take; where that does not pay, it only tries now and then.
 */
final class ModelDraft {
    /** With more answers than this a step has rows enough. */
    private static final int ANSWERS_MAX = 4;

    private static final System.Logger LOG = System.getLogger(ModelDraft.class.getName());

    private static final int TOKENS_UNMEASURED = 4;
    private static final int TRY_EVERY = 64;
    private static final double GAIN_MIN = 1.03;
    private static final double WEIGHT = 0.2;

    private final Decoder decoder;
    private final LongSupplier nanoClock;
    private final Batch batch;
    private final TokenList[] held;
    private final Slot[] owners;
    private final float[] logits;
    private final Predicate<Slot> withoutSequence = slot -> !hasSequence(slot);
    private final List<Slot> wanting = new ArrayList<>();
    private final int[] rows = new int[ANSWERS_MAX];
    private double stepNanos;
    private int passed;

    /** Over a decoder whose sequences are empty and can be cut ({@link Decoder#canRollBack}). Its owner closes it. */
    ModelDraft(Decoder decoder, LongSupplier nanoClock) {
        this.decoder = decoder;
        this.nanoClock = nanoClock;
        this.batch = new Batch(decoder.batchTokensMax());
        this.held = new TokenList[decoder.sequencesMax()];
        this.owners = new Slot[held.length];
        this.logits = new float[decoder.vocabularySize()];
        for (int i = 0; i < held.length; i++) {
            held[i] = new TokenList();
        }
    }

    /**
     * Gives guesses to those of the answers that have none.
     *
     * @param times what the large model's steps take
     * @param room most tokens that may be guessed for an answer
     */
    void propose(List<Slot> answers, StepTimes times, ToIntFunction<Slot> room) {
        wanting.clear();
        int most = Integer.MAX_VALUE;
        for (int i = 0; i < answers.size(); i++) {
            Slot slot = answers.get(i);
            if (slot.draft.isEmpty() && !slot.unclear && room.applyAsInt(slot) > 0 && hasContext(slot)) {
                wanting.add(slot);
                most = Math.min(most, Math.min(room.applyAsInt(slot), slot.draft.modelLimit()));
            }
        }
        int tokens = wanting.isEmpty() || answers.size() > ANSWERS_MAX ? 0 : count(answers.size(), most, times);
        if (tokens > 0 && catchUp()) {
            guess(tokens);
        }
    }

    /** A small model that was trained for less, or got less memory, stops where its context ends. */
    private boolean hasContext(Slot slot) {
        int each = decoder.contextTokens() / held.length;
        return slot.tokens.size() + slot.draft.modelLimit() < each;
    }

    /** As many guesses as make the most tokens per time. */
    private int count(int answers, int most, StepTimes times) {
        double alone = times.answerNanos(answers);
        if (alone == 0) {
            return 0;
        }
        if (stepNanos == 0) {
            return Math.min(most, TOKENS_UNMEASURED);
        }
        double trust = 0;
        for (int i = 0; i < wanting.size(); i++) {
            trust += wanting.get(i).draft.modelTrust() / wanting.size();
        }
        double tokens = answers;
        double reach = 1;
        double best = GAIN_MIN * answers / alone;
        int count = 0;
        for (int i = 1; i <= most; i++) {
            reach *= trust;
            tokens += wanting.size() * reach;
            double rate = tokens / (times.answerNanos(answers + i * wanting.size()) + i * stepNanos);
            if (rate > best) {
                best = rate;
                count = i;
            }
        }
        return count > 0 || ++passed % TRY_EVERY != 0 ? count : 1;
    }

    /**
     * Evaluates what the small model has not seen yet, at most one step of it. Who is further behind gets no guess now.
     *
     * @return whether there is anybody to guess for
     */
    private boolean catchUp() {
        batch.clear();
        wanting.removeIf(withoutSequence);
        for (int each = 0; each < wanting.size(); each++) {
            rows[each] = addUnseen(wanting.get(each));
        }
        return batch.size() > 0 && decoded();
    }

    /** Adds rows of what was not seen. Gives the last token's row, -1 if there was no room for it. */
    private int addUnseen(Slot slot) {
        int id = slot.draft.sequence;
        int last = slot.tokens.size() - 1;
        int equal = Math.min(held[id].commonPrefix(slot.tokens), last);
        if (equal < held[id].size()) {
            decoder.remove(id, equal, -1);
            held[id].truncate(equal);
        }
        int row = -1;
        for (int at = equal; at <= last && batch.size() < batch.capacity(); at++) {
            int added = batch.add(slot.tokens.get(at), at, id, at == last);
            row = at == last ? added : -1;
            held[id].add(slot.tokens.get(at));
        }
        return row;
    }

    /** A sequence of the small model for this answer: its own, or the free one that holds most of it. */
    private boolean hasSequence(Slot slot) {
        if (slot.draft.sequence >= 0) {
            return true;
        }
        int best = -1;
        int longest = -1;
        for (int id = 0; id < held.length; id++) {
            boolean free = owners[id] == null || owners[id].phase == Slot.Phase.DONE;
            int common = free ? held[id].commonPrefix(slot.tokens) : -1;
            if (common > longest) {
                best = id;
                longest = common;
            }
        }
        if (best >= 0) {
            owners[best] = slot;
            slot.draft.sequence = best;
        }
        return best >= 0;
    }

    private void guess(int tokens) {
        for (int i = 1; i <= tokens; i++) {
            batch.clear();
            for (int each = 0; each < wanting.size(); each++) {
                rows[each] = rows[each] < 0 ? -1 : next(wanting.get(each), rows[each], i < tokens);
            }
            if (batch.size() == 0) {
                return;
            }
            long start = nanoClock.getAsLong();
            if (!decoded()) {
                return;
            }
            double took = nanoClock.getAsLong() - start;
            stepNanos += stepNanos == 0 ? took : WEIGHT * (took - stepNanos);
        }
    }

    /**
     * Guesses one token from a row's logits.
     *
     * @param further whether it gets a row for the one behind it
     * @return that row, or -1
     */
    private int next(Slot slot, int row, boolean further) {
        decoder.logits(row, logits);
        int token = Sampler.argmax(logits, logits.length);
        if (token < 0) {
            return -1;
        }
        slot.draft.offer(token);
        if (!further) {
            return -1;
        }
        TokenList text = held[slot.draft.sequence];
        text.add(token);
        return batch.add(token, text.size() - 1, slot.draft.sequence, true);
    }

    /** Runs the batch. False if that failed, which empties the small model's cache: only speed depends on it. */
    private boolean decoded() {
        try {
            if (decoder.decode(batch) == Decoder.Outcome.DONE) {
                return true;
            }
        } catch (EngineException.Failed e) {
            LOG.log(System.Logger.Level.WARNING, "the model that guesses ahead failed a step", e);
        }
        for (int id = 0; id < held.length; id++) {
            decoder.remove(id, 0, -1);
            held[id].truncate(0);
        }
        return false;
    }
}
