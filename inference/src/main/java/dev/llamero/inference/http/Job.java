package dev.llamero.inference.http;

import dev.llamero.inference.api.ModelOptions;
import dev.llamero.inference.api.RunRequest;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenConstraint;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.prompt.AnswerParser;
import dev.llamero.inference.prompt.Prompt;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request whose model is in memory: what it says, and what it is answered with. Immutable.
 *
 * @param replies where the answer goes
 * @param options merged
 * @param lease the use of the model, which the handler ends
 * @param loadNanos from the handler's entry until the model was ready
 */
record Job(
        Exchange exchange,
        Replies replies,
        RunRequest run,
        ModelOptions options,
        LoadedModels.Lease lease,
        long loadNanos) {
    private static final int KEEP_DEFAULT = 4;
    /** An answer without a limit of its own ends at this many contexts, as Ollama's. */
    private static final int CONTEXTS_MAX = 10;

    Job(Exchange exchange, Replies replies, RunRequest run, ModelOptions options, LoadedModels.Lease lease) {
        this(exchange, replies, run, options, lease, System.nanoTime() - exchange.startNanos());
    }

    /** What a handler does with a job. */
    interface Work {
        void run() throws InterruptedException;
    }

    /** Answers; if the engine turns out to have ended, the next request gets a new one. */
    void answer(Work work) throws InterruptedException {
        try {
            work.run();
        } catch (EngineException.Closed e) {
            if (!exchange.watch().isGone()) {
                lease.discard();
            }
            throw e;
        }
    }

    Engine engine() {
        return lease.loaded().engine();
    }

    /** How many tokens at the front stay when the context shifts. */
    int keep() {
        return Math.max(0, options.integer("num_keep", KEEP_DEFAULT));
    }

    Answering answering(AnswerShape shape, AnswerParser parser) {
        return new Answering(exchange, replies, shape, parser, run.stream(), loadNanos);
    }

    /** What the engine is asked for (specification 8). */
    GenerationRequest request(Prompt prompt, Optional<String> grammar) {
        Supplier<TokenConstraint> constraint = grammar.map(text -> (Supplier<TokenConstraint>)
                        () -> lease.loaded().grammar().apply(text))
                .orElse(null);
        return new GenerationRequest(
                exchange.requestId(),
                prompt.text(),
                prompt.tokens(),
                sampling(),
                options.stops(),
                tokensMax(engine().info().contextTokens()),
                keep(),
                run.shift(),
                run.logprobsWanted(),
                constraint,
                "");
    }

    private SamplingSettings sampling() {
        SamplingSettings fallback = SamplingSettings.DEFAULTS;
        return new SamplingSettings(
                options.real("temperature", fallback.temperature()),
                options.integer("top_k", fallback.topK()),
                options.real("top_p", fallback.topP()),
                options.real("min_p", fallback.minP()),
                options.real("typical_p", fallback.typicalP()),
                options.integer("repeat_last_n", fallback.repeatLastN()),
                options.real("repeat_penalty", fallback.repeatPenalty()),
                options.real("presence_penalty", fallback.presencePenalty()),
                options.real("frequency_penalty", fallback.frequencyPenalty()),
                options.integer("seed", (int) fallback.seed()));
    }

    /** Zero counts as "not set", as on Ollama's own templates. */
    private int tokensMax(int contextTokens) {
        int most = (int) Math.min((long) contextTokens * CONTEXTS_MAX, Integer.MAX_VALUE);
        int asked = options.integer("num_predict", -1);
        return asked > 0 ? Math.min(asked, most) : most;
    }
}
