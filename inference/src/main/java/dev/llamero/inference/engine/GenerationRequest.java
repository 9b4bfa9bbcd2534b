package dev.llamero.inference.engine;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What an engine is asked to generate. Immutable; the token array is handed over and not changed afterwards.
 *
 * @param requestId the id that every log line about this generation carries
 * @param promptText the prompt as text, for engines that tokenize themselves
 * @param promptTokens the same prompt in tokens; at least one
 * @param sampling how tokens are chosen
 * @param stops strings that end the answer and are not part of it; empty strings are not allowed
 * @param tokensMax most tokens to generate; 0 or more
 * @param keepTokens tokens at the front that a context shift keeps
 * @param shift whether a full context drops its middle and goes on; otherwise the answer ends there
 * @param topLogprobs alternatives to report per token, 0 to 20; -1 for no log probabilities at all
 * @param constraint makes the constraint on the answer's tokens, on the engine's thread; null for none
 * @param cacheSalt requests share cached prefixes only under the same salt
 * @param shownTokens control tokens whose text is part of the answer, such as a model's mark of a tool call
 */
public record GenerationRequest(
        String requestId,
        String promptText,
        int[] promptTokens,
        SamplingSettings sampling,
        List<String> stops,
        int tokensMax,
        int keepTokens,
        boolean shift,
        int topLogprobs,
        Supplier<TokenConstraint> constraint,
        String cacheSalt,
        Set<Integer> shownTokens) {
    public GenerationRequest {
        Objects.requireNonNull(requestId, "requestId is null");
        Objects.requireNonNull(promptText, "promptText is null");
        Objects.requireNonNull(sampling, "sampling is null");
        Objects.requireNonNull(cacheSalt, "cacheSalt is null");
        stops = List.copyOf(stops);
        shownTokens = Set.copyOf(shownTokens);
        if (promptTokens.length == 0) {
            throw new IllegalArgumentException("promptTokens is empty");
        }
        if (stops.contains("")) {
            throw new IllegalArgumentException("stops holds an empty string");
        }
        if (tokensMax < 0 || keepTokens < 0 || topLogprobs < -1 || topLogprobs > 20) {
            throw new IllegalArgumentException("tokensMax " + tokensMax + ", keepTokens " + keepTokens
                    + " or topLogprobs " + topLogprobs + " is out of range");
        }
    }

    /** A request whose answer shows no control tokens. */
    public GenerationRequest(
            String requestId,
            String promptText,
            int[] promptTokens,
            SamplingSettings sampling,
            List<String> stops,
            int tokensMax,
            int keepTokens,
            boolean shift,
            int topLogprobs,
            Supplier<TokenConstraint> constraint,
            String cacheSalt) {
        this(
                requestId,
                promptText,
                promptTokens,
                sampling,
                stops,
                tokensMax,
                keepTokens,
                shift,
                topLogprobs,
                constraint,
                cacheSalt,
                Set.of());
    }
}
