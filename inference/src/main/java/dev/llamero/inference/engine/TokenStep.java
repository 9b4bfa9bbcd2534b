package dev.llamero.inference.engine;

/**
 * What a slot does with a step's logits: choose tokens, see whether the answer is over, hand its text out.
 *
 * <p>Each sampling thread has one, for its buffers. A slot is sampled by one thread at a time, between a step and the
 * next; nothing here touches decoder state or the cache, which the engine's thread settles afterwards.
 */
final class TokenStep {
    /**
     * A step of several rows and one of a lone row compute logits in another order, which moved them by up to 0.5 where
     * that was measured (SmolLM2, attention over 700 cells of f16). Choices closer than this are made from a lone row.
     */
    private static final float CLEAR_MARGIN = 1;

    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final int contextTokens;
    private final int vocabulary;
    private final float[] logits;
    private final Candidates candidates = new Candidates();
    private final Logprobs logprobs;

    TokenStep(Decoder decoder, Tokenizer tokenizer, int contextTokens) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.contextTokens = contextTokens;
        this.vocabulary = decoder.vocabularySize();
        this.logits = new float[vocabulary];
        this.logprobs = new Logprobs(tokenizer, candidates);
    }

    /**
     * Samples one token, and one more after each that the draft guessed. Every token is chosen from the logits behind
     * all tokens before it, with everything that samplers remember, so a draft changes when tokens come and not which.
     */
    void sample(Slot slot) {
        int before = slot.tokens.size();
        int rows = slot.phase == Slot.Phase.DECODE ? slot.draft.rows() : 0;
        slot.stepTokens = 0;
        slot.stepAccepted = 0;
        slot.finish = null;
        slot.failure = null;
        slot.full = false;
        slot.unclear = false;
        try {
            int token = next(slot, 0);
            while (goesOn(slot) && slot.stepAccepted < rows && token == slot.draft.token(slot.stepAccepted)) {
                slot.stepAccepted++;
                token = next(slot, slot.stepAccepted);
            }
            slot.draft.compare(slot.tokens, before);
            slot.draftedTokens += rows;
            slot.acceptedTokens += slot.stepAccepted;
        } catch (RuntimeException e) {
            slot.failure = e;
        }
    }

    private static boolean goesOn(Slot slot) {
        return slot.finish == null && !slot.full && !slot.unclear;
    }

    private int next(Slot slot, int row) {
        int token = choose(slot, slot.stepLogitsRow + row);
        if (token == Sampler.UNCLEAR) {
            slot.unclear = true;
            slot.draft.failed();
            return token;
        }
        slot.markToken();
        slot.stepTokens++;
        slot.finish = finish(slot, token, slot.stepLogitsRow + row);
        slot.full = slot.finish == null && slot.tokens.size() >= contextTokens;
        return token;
    }

    /** Takes the token into the answer. Gives the reason if the answer is over, otherwise null. */
    private FinishReason finish(Slot slot, int token, int row) {
        if (tokenizer.endsGeneration(token)) {
            return FinishReason.STOP;
        }
        slot.tokens.add(token);
        if (slot.request.topLogprobs() >= 0) {
            decoder.logits(row, logits);
            slot.answer.add(logprobs.of(logits, vocabulary, token, slot.request.topLogprobs()));
        }
        if (slot.answer.accept(tokenizer.shared(token, slot.shows(token)))) {
            return FinishReason.STOP;
        }
        return slot.generatedTokens >= slot.request.tokensMax() ? FinishReason.LENGTH : null;
    }

    private int choose(Slot slot, int row) {
        if (slot.constraint == null && slot.request.constraint() != null) {
            slot.constraint = slot.request.constraint().get();
        }
        decoder.logits(row, logits);
        int token = slot.careful
                ? slot.sampler.chooseClear(logits, vocabulary, candidates, slot.constraint, CLEAR_MARGIN)
                : slot.sampler.choose(logits, vocabulary, candidates, slot.constraint);
        if (token == Sampler.UNCLEAR) {
            return token;
        }
        if (token < 0) {
            throw new EngineException.Failed("no token may follow: the constraint or the model refuses all", null);
        }
        if (slot.constraint != null) {
            slot.constraint.accept(token);
        }
        slot.sampler.accept(token);
        return token;
    }
}
