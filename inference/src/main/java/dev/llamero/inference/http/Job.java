package dev.llamero.inference.http;

import dev.llamero.inference.api.ModelOptions;
import dev.llamero.inference.api.RunRequest;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenConstraint;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.prompt.AfterThinking;
import dev.llamero.inference.prompt.AnswerParser;
import dev.llamero.inference.prompt.AnswerTags;
import dev.llamero.inference.prompt.Prompt;
import dev.llamero.inference.prompt.PromptBuilder;
import java.util.Optional;
import java.util.Set;
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

    /**
     * What the model goes on from, and how its answer is read.
     *
     * @param thinks whether thinking is told apart from content
     * @param tools whether calls are looked for
     * @param raw whether nothing in the answer has a meaning of its own
     */
    record Asked(Prompt prompt, boolean thinks, boolean tools, boolean raw) {
        Asked(Prompt prompt, boolean thinks, boolean tools) {
            this(prompt, thinks, tools, false);
        }
    }

    /** What the engine is asked for (specification 8). */
    GenerationRequest request(PromptBuilder prompts, Asked asked) {
        Set<Integer> shown = shown(prompts, asked);
        return new GenerationRequest(
                exchange.requestId(),
                asked.prompt().text(),
                asked.prompt().tokens(),
                sampling(),
                options.stops(),
                tokensMax(engine().info().contextTokens()),
                keep(),
                run.shift(),
                run.logprobsWanted(),
                constraint(prompts, asked, shown),
                CacheSalt.of(exchange),
                shown);
    }

    private static Set<Integer> shown(PromptBuilder prompts, Asked asked) {
        return asked.raw() ? Set.of() : prompts.shown(asked.thinks(), asked.tools());
    }

    /** The grammar of the answer's content, which begins where the thinking ends; null for none (specification 12). */
    private Supplier<TokenConstraint> constraint(PromptBuilder prompts, Asked asked, Set<Integer> shown) {
        Optional<String> grammar = AnswerFormat.grammar(run.format());
        if (grammar.isEmpty()) {
            return null;
        }
        AnswerTags tags = prompts.tags();
        Supplier<TokenConstraint> content = () -> lease.loaded().grammar().apply(grammar.get());
        boolean later = !asked.raw() && (asked.thinks() && tags.marksThinking() || tags.isHarmony());
        return later
                ? () -> new AfterThinking(
                        content.get(),
                        engine().tokenizer(),
                        shown,
                        asked.prompt().text(),
                        tags)
                : content;
    }

    /** Keeps the answer's tokens for the conversation's next turn. */
    Answering.Kept keeping(PromptBuilder prompts, Asked asked) {
        Set<Integer> shown = shown(prompts, asked);
        return (raw, tokens) -> prompts.remember(asked.prompt(), raw, tokens, shown);
    }

    private SamplingSettings sampling() {
        SamplingSettings fallback = SamplingSettings.DEFAULTS;
        return new SamplingSettings(
                options.real("temperature", fallback.temperature()),
                options.integer("top_k", fallback.topK()),
                options.real("top_p", fallback.topP()),
                options.real("min_p", fallback.minP()),
                typical(options.real("typical_p", fallback.typicalP())),
                options.integer("repeat_last_n", fallback.repeatLastN()),
                options.real("repeat_penalty", fallback.repeatPenalty()),
                options.real("presence_penalty", fallback.presencePenalty()),
                options.real("frequency_penalty", fallback.frequencyPenalty()),
                options.integer("seed", (int) fallback.seed()));
    }

    /** Zero says nothing, since Ollama leaves it out towards its engine. */
    private static float typical(float mass) {
        return mass == 0 ? 1 : mass;
    }

    /** Zero counts as "not set", as on Ollama's own templates. */
    private int tokensMax(int contextTokens) {
        int most = (int) Math.min((long) contextTokens * CONTEXTS_MAX, Integer.MAX_VALUE);
        int asked = options.integer("num_predict", -1);
        return asked > 0 ? Math.min(asked, most) : most;
    }
}
