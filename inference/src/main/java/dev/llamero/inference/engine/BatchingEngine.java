package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockFolder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Runs many generations at once over one decoder: continuous batching over one unified KV cache, with reuse of cached
 * prefixes between requests.
 *
 * <p>One platform thread, {@code engine-<model>}, owns the decoder from construction to its close and makes every call
 * to it. Submitting and cancelling threads reach it through a bounded queue; it reaches readers through a bounded
 * mailbox per generation and never waits for them. The owner closes the engine.
 */
public final class BatchingEngine implements Engine {
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(60);
    private static final System.Logger LOG = System.getLogger(BatchingEngine.class.getName());

    private final Tokenizer tokenizer;
    private final EngineInfo info;
    private final EngineLimits limits;
    private final int vocabulary;
    private final AtomicInteger admitted = new AtomicInteger();
    private final int draftTokensMax;
    private final EngineLoop loop;
    private final Thread thread;

    /**
     * Starts the engine's thread, which owns {@code decoder} from now on and closes it at the end.
     *
     * @param model the model's name, for the thread's name
     * @throws IllegalArgumentException if the limits ask for more than the decoder has
     */
    public BatchingEngine(String model, Decoder decoder, Tokenizer tokenizer, EngineInfo info, EngineLimits limits) {
        this(model, decoder, tokenizer, info, limits, Optional.empty(), () -> {});
    }

    /**
     * As above, with what the decoder belongs to.
     *
     * @param kept where conversations outlive this engine; owned from now on
     * @param owner closed on the engine's thread after the decoder, when no step can run any more
     */
    public BatchingEngine(
            String model,
            Decoder decoder,
            Tokenizer tokenizer,
            EngineInfo info,
            EngineLimits limits,
            Optional<BlockFolder> kept,
            AutoCloseable owner) {
        this(model, decoder, tokenizer, info, limits, StepSettings.of(info), Optional.empty(), kept, owner);
    }

    /** As above, with how steps are filled. */
    public BatchingEngine(
            String model,
            Decoder decoder,
            Tokenizer tokenizer,
            EngineInfo info,
            EngineLimits limits,
            StepSettings steps,
            Optional<BlockFolder> kept,
            AutoCloseable owner) {
        this(model, decoder, tokenizer, info, limits, steps, Optional.empty(), kept, owner);
    }

    /**
     * As above, with a model that guesses.
     *
     * @param drafts a small model of the same vocabulary that guesses ahead; the owner closes it
     */
    public BatchingEngine(
            String model,
            Decoder decoder,
            Tokenizer tokenizer,
            EngineInfo info,
            EngineLimits limits,
            StepSettings steps,
            Optional<Decoder> drafts,
            Optional<BlockFolder> kept,
            AutoCloseable owner) {
        this(model, decoder, tokenizer, info, limits, steps, drafts, kept, owner, System::nanoTime);
    }

    /** As above, with a clock of the test's own. */
    BatchingEngine(
            String model,
            Decoder decoder,
            Tokenizer tokenizer,
            EngineInfo info,
            EngineLimits limits,
            StepSettings steps,
            Optional<Decoder> drafts,
            Optional<BlockFolder> kept,
            AutoCloseable owner,
            LongSupplier nanoClock) {
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer is null");
        this.info = Objects.requireNonNull(info, "info is null");
        this.limits = limits;
        limits.checkAgainst(decoder);
        if (drafts.isPresent() && drafts.get().vocabularySize() != decoder.vocabularySize()) {
            throw new IllegalArgumentException("a model of " + drafts.get().vocabularySize()
                    + " tokens cannot guess for one of " + decoder.vocabularySize());
        }
        this.vocabulary = decoder.vocabularySize();
        this.draftTokensMax = decoder.canRollBack() ? steps.draftTokensMax() : 0;
        int context = limits.contextTokensPerConversation();
        int helpers = SamplingTeam.helpers(limits.parallel());
        var sampling = new SamplingTeam(model, decoder, tokenizer, context, helpers);
        ParkingRule parking = ParkingRule.of(limits, info);
        ModelDraft small = drafts.map(each -> new ModelDraft(each, nanoClock)).orElse(null);
        this.loop = new EngineLoop(
                decoder,
                sampling,
                limits,
                new Stepping(steps, small),
                parking,
                kept.orElse(null),
                owner,
                admitted,
                nanoClock);
        this.thread = Thread.ofPlatform().name("engine-" + model).daemon().start(loop);
    }

    @Override
    public Generation submit(GenerationRequest request) {
        requireOpen();
        requireFits(request.promptTokens());
        Mailbox mailbox = new Mailbox(loop::wakeForCancel);
        if (request.tokensMax() == 0) {
            int promptTokens = request.promptTokens().length;
            mailbox.end(
                    new TokenEvent.Finish(FinishReason.LENGTH, new GenerationStatistics(promptTokens, 0, 0, 0, 0, 0)));
            return mailbox;
        }
        takePlace();
        boolean handedIn = false;
        try {
            handedIn = loop.handIn(
                    new Slot(request, mailbox, vocabulary, limits.contextTokensPerConversation(), draftTokensMax));
        } finally {
            if (!handedIn) {
                admitted.decrementAndGet();
            }
        }
        if (!handedIn) {
            throw closed();
        }
        return mailbox;
    }

    private void requireOpen() {
        if (loop.closing()) {
            throw closed();
        }
    }

    private static EngineException.Closed closed() {
        return new EngineException.Closed("the engine is closed");
    }

    private void requireFits(int[] promptTokens) {
        if (promptTokens.length >= limits.contextTokensPerConversation()) {
            throw new EngineException.PromptTooLong(promptTokens.length, limits.contextTokensPerConversation());
        }
        for (int token : promptTokens) {
            if (token < 0 || token >= vocabulary) {
                throw new IllegalArgumentException(
                        "promptTokens holds " + token + ", outside the vocabulary of " + vocabulary + " tokens");
            }
        }
    }

    private void takePlace() {
        int places = limits.parallel() + limits.queueMax();
        if (admitted.incrementAndGet() > places) {
            admitted.decrementAndGet();
            throw new EngineException.Busy("all " + limits.parallel() + " places and " + limits.queueMax()
                    + " places in the queue are taken; try again later");
        }
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public EngineInfo info() {
        return info;
    }

    @Override
    public Load load() {
        int running = loop.runningCount();
        return new Load(Math.max(0, admitted.get() - running), running);
    }

    @Override
    public List<Waiting> waiting() {
        return loop.waiting();
    }

    @Override
    public List<CachedConversation> conversations() {
        return loop.ask(SequenceCache::conversations, List.of());
    }

    @Override
    public void forgetConversations() {
        loop.ask(
                cache -> {
                    cache.forgetIdle();
                    return true;
                },
                false);
    }

    @Override
    public Map<EngineFigure, Long> figures() {
        return loop.figures().snapshot();
    }

    @Override
    public void close() {
        loop.requestClose();
        try {
            if (!thread.join(CLOSE_WAIT)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} did not end within {1}; its memory is freed when its step ends",
                        thread.getName(),
                        CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
