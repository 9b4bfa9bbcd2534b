package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Log probabilities of a chosen token and its likeliest alternatives: log-softmax over the whole vocabulary, of the
 * logits as the model gave them, before penalties, masks or temperature. Engine's thread only.
 */
final class Logprobs {
    private final Tokenizer tokenizer;
    private final Candidates candidates;

    Logprobs(Tokenizer tokenizer, Candidates candidates) {
        this.tokenizer = tokenizer;
        this.candidates = candidates;
    }

    TokenLogprob of(float[] logits, int vocabulary, int token, int alternatives) {
        double logSum = logSumExp(logits, vocabulary);
        candidates.fillTop(logits, vocabulary, Math.min(alternatives, vocabulary));
        List<TokenLogprob> others = new ArrayList<>(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            others.add(entry(candidates.id(i), candidates.logit(i) - logSum, List.of()));
        }
        return entry(token, logits[token] - logSum, List.copyOf(others));
    }

    private TokenLogprob entry(int token, double logprob, List<TokenLogprob> alternatives) {
        return new TokenLogprob(tokenizer.bytes(token, true), Math.min(0, logprob), alternatives);
    }

    private static double logSumExp(float[] logits, int vocabulary) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            max = Math.max(max, logits[i]);
        }
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp((double) logits[i] - max);
        }
        return max + Math.log(sum);
    }
}
