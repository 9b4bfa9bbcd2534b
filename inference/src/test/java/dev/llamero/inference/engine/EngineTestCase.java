package dev.llamero.inference.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Engines over a {@link FakeDecoder}, requests, and readers with bounded patience. */
final class EngineTestCase {
    static final ToyTokenizer TOKENIZER = new ToyTokenizer();

    /** So long does no test run. */
    static final Duration NEVER = Duration.ofDays(1);

    /** Nothing is guessed ahead and nothing copied meanwhile, so that a test can count rows and saves. */
    static final StepSettings STEPS = StepSettings.of(new EngineInfo("fake", 0, 1, 0, 0))
            .withDraftTokensMax(0)
            .withSavesAfter(NEVER);

    private EngineTestCase() {}

    /** A finished generation. */
    record Answer(String text, List<String> pieces, List<TokenLogprob> logprobs, TokenEvent end) {
        FinishReason reason() {
            return ((TokenEvent.Finish) end).reason();
        }

        GenerationStatistics statistics() {
            return ((TokenEvent.Finish) end).statistics();
        }
    }

    static BatchingEngine engine(FakeDecoder decoder, int parallel, int queueMax, int context) {
        return engine(decoder, parallel, queueMax, context, 0);
    }

    /** An engine that parks idle conversations in so many bytes. */
    static BatchingEngine engine(FakeDecoder decoder, int parallel, int queueMax, int context, long parkedBytesMax) {
        EngineLimits limits = new EngineLimits(parallel, queueMax, context, parkedBytesMax);
        return engine(decoder, limits, STEPS, System::nanoTime);
    }

    /** An engine whose steps are filled so, and timed by this clock. */
    static BatchingEngine engine(FakeDecoder decoder, EngineLimits limits, StepSettings steps, LongSupplier clock) {
        return engine(decoder, Optional.empty(), limits, steps, clock);
    }

    /** An engine with a small model that guesses ahead. */
    static BatchingEngine engine(
            FakeDecoder decoder,
            Optional<Decoder> drafts,
            EngineLimits limits,
            StepSettings steps,
            LongSupplier clock) {
        EngineInfo info = new EngineInfo("fake", limits.contextTokensPerConversation(), limits.parallel(), 0, 0);
        return new BatchingEngine(
                "toy", decoder, TOKENIZER, info, limits, steps, drafts, Optional.empty(), () -> {}, clock);
    }

    static BatchingEngine engine(FakeDecoder decoder, int parallel) {
        return engine(decoder, parallel, 100, decoder.contextTokens());
    }

    static Answer read(Generation generation) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        List<String> pieces = new ArrayList<>();
        List<TokenLogprob> logprobs = new ArrayList<>();
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            text.append(piece.text());
            pieces.add(piece.text());
            logprobs.addAll(piece.logprobs());
            event = generation.next();
        }
        return new Answer(text.toString(), pieces, logprobs, event);
    }

    /** Waits for a condition that another thread brings about. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("condition did not come true");
            }
            Thread.sleep(1);
        }
    }

    static RequestBuilder request(String prompt) {
        return new RequestBuilder(prompt);
    }

    /** A request with defaults that a test changes where it matters. */
    static final class RequestBuilder {
        private final String prompt;
        private SamplingSettings sampling = SamplingSettings.GREEDY;
        private List<String> stops = List.of();
        private int tokensMax = 20;
        private int keepTokens = 4;
        private boolean shift;
        private int topLogprobs = -1;
        private Supplier<TokenConstraint> constraint;
        private String salt = "";

        private RequestBuilder(String prompt) {
            this.prompt = prompt;
        }

        RequestBuilder sampling(SamplingSettings settings) {
            sampling = settings;
            return this;
        }

        RequestBuilder stops(String... strings) {
            stops = List.of(strings);
            return this;
        }

        RequestBuilder tokensMax(int tokens) {
            tokensMax = tokens;
            return this;
        }

        RequestBuilder shift(int keep) {
            shift = true;
            keepTokens = keep;
            return this;
        }

        RequestBuilder topLogprobs(int alternatives) {
            topLogprobs = alternatives;
            return this;
        }

        RequestBuilder constraint(Supplier<TokenConstraint> supplier) {
            constraint = supplier;
            return this;
        }

        RequestBuilder salt(String value) {
            salt = value;
            return this;
        }

        GenerationRequest build() {
            int[] tokens = TOKENIZER.encode(prompt, false, false);
            return new GenerationRequest(
                    "test",
                    prompt,
                    tokens,
                    sampling,
                    stops,
                    tokensMax,
                    keepTokens,
                    shift,
                    topLogprobs,
                    constraint,
                    salt);
        }
    }
}
