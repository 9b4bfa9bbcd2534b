package dev.llamero.inference.engine;

/**
 * What a slot does with its logits: choose a token, send its text, see whether the answer is over, make room in a full
 * context. Engine's thread only.
 */
final class TokenStep {
    /** A shifted context keeps at least so many tokens free behind its kept front. */
    private static final int SHIFT_ROOM_MIN = 4;

    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final SequenceCache cache;
    private final int contextTokens;
    private final int vocabulary;
    private final float[] logits;
    private final Candidates candidates = new Candidates();
    private final Logprobs logprobs;

    TokenStep(Decoder decoder, Tokenizer tokenizer, SequenceCache cache, int contextTokens) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.cache = cache;
        this.contextTokens = contextTokens;
        this.vocabulary = decoder.vocabularySize();
        this.logits = new float[vocabulary];
        this.logprobs = new Logprobs(tokenizer, candidates);
    }

    /** Samples one token for a slot. Gives the reason if the answer is over, otherwise null. */
    FinishReason sample(Slot slot) {
        int token = choose(slot);
        slot.markToken();
        slot.phase = Slot.Phase.DECODE;
        if (tokenizer.endsGeneration(token)) {
            return FinishReason.STOP;
        }
        slot.tokens.add(token);
        if (slot.request.topLogprobs() >= 0) {
            decoder.logits(slot.stepLogitsRow, logits);
            slot.answer.add(logprobs.of(logits, vocabulary, token, slot.request.topLogprobs()));
        }
        if (slot.answer.accept(tokenizer.bytes(token, slot.request.shownTokens().contains(token)))) {
            return FinishReason.STOP;
        }
        if (slot.generatedTokens >= slot.request.tokensMax()) {
            return FinishReason.LENGTH;
        }
        boolean full = slot.tokens.size() >= contextTokens;
        return full && !shift(slot) ? FinishReason.LENGTH : null;
    }

    private int choose(Slot slot) {
        if (slot.constraint == null && slot.request.constraint() != null) {
            slot.constraint = slot.request.constraint().get();
        }
        decoder.logits(slot.stepLogitsRow, logits);
        int token = slot.sampler.choose(logits, vocabulary, candidates, slot.constraint);
        if (token < 0) {
            throw new EngineException.Failed("no token may follow: the constraint or the model refuses all", null);
        }
        if (slot.constraint != null) {
            slot.constraint.accept(token);
        }
        slot.sampler.accept(token);
        return token;
    }

    /** Drops half of what lies behind the kept front. False if this request or this model may not. */
    private boolean shift(Slot slot) {
        if (!slot.request.shift() || !decoder.canShift()) {
            return false;
        }
        int evaluated = slot.sequence.size();
        int keep = Math.min(slot.request.keepTokens(), contextTokens - SHIFT_ROOM_MIN);
        int discard = (evaluated - keep) / 2;
        if (discard < 1) {
            return false;
        }
        cache.shift(slot.sequence, keep, discard);
        slot.tokens.removeRange(keep, keep + discard);
        slot.shifted = true;
        if (slot.pending() > 1) {
            slot.phase = Slot.Phase.PREFILL;
        }
        return true;
    }
}
