package dev.llamero.inference.http;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.GenerationStatistics;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.engine.TokenLogprob;
import dev.llamero.inference.prompt.AnswerParser;
import dev.llamero.inference.prompt.AnswerParser.Delta;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One answer on its way from the engine to the client: streamed as it comes, or sent as a whole. One per request, used
 * by its thread; a client that leaves cancels the generation from another thread.
 */
final class Answering {
    private static final System.Logger LOG = System.getLogger(Answering.class.getName());

    /** A caller that sends this gets the wait in the queue and the reused tokens beside Ollama's durations. */
    private static final HeaderName TIMINGS = HeaderNames.create("X-Llamero-Timings");

    private static final HeaderName QUEUE_POSITION = HeaderNames.create("X-Llamero-Queue-Position");
    private static final HeaderName QUEUE_ESTIMATE = HeaderNames.create("X-Llamero-Queue-Estimate-Ms");

    private final Exchange exchange;
    private final Replies replies;
    private final AnswerShape shape;
    private boolean placeTold;
    private final boolean stream;
    private final long loadNanos;
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<TokenLogprob> logprobs = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private final AnswerParser parser;
    private int callsTold;

    /** Takes an answer that ended by itself. */
    interface Kept {
        /**
         * Called once, if the answer was not cut off.
         *
         * @param raw its text as the model wrote it
         * @param tokens the same in tokens
         */
        void take(String raw, int[] tokens);
    }

    /** @param loadNanos from the handler's entry until the model was ready */
    Answering(
            Exchange exchange,
            Replies replies,
            AnswerShape shape,
            AnswerParser parser,
            boolean stream,
            long loadNanos) {
        this.exchange = exchange;
        this.replies = replies;
        this.shape = shape;
        this.parser = parser;
        this.stream = stream;
        this.loadNanos = loadNanos;
    }

    /** Runs one generation to its end. */
    void run(Engine engine, GenerationRequest request, Kept kept) throws InterruptedException {
        TokenEvent.Finish finish = follow(engine, request);
        if (finish != null) {
            kept.take(raw.toString(), finish.tokens());
            finish(finish);
        }
    }

    /** Passes events on until the end; gives how it ended, or null if nothing more is to be told. */
    private TokenEvent.Finish follow(Engine engine, GenerationRequest request) throws InterruptedException {
        try (Generation generation = engine.submit(request);
                var _ = exchange.watch().onGone(generation::cancel)) {
            while (true) {
                TokenEvent event = generation.next();
                tellPlace(generation);
                switch (event) {
                    case TokenEvent.Piece piece -> {
                        raw.append(piece.text());
                        tell(parser.accept(piece.text()), piece.logprobs());
                    }
                    case TokenEvent.Finish finish -> {
                        if (finish.reason() == FinishReason.CANCELLED) {
                            throw new EngineException.Closed("the generation was cancelled");
                        }
                        return finish;
                    }
                    case TokenEvent.Failure failure -> throw failure.cause();
                }
            }
        } catch (EngineException e) {
            tellFailure(e);
            return null;
        }
    }

    /** A request that had to wait says so in the head of its reply, which has not gone out before the first event. */
    private void tellPlace(Generation generation) {
        if (placeTold) {
            return;
        }
        placeTold = true;
        generation.queued().ifPresent(place -> {
            exchange.reply(QUEUE_POSITION, Integer.toString(place.position()));
            exchange.reply(QUEUE_ESTIMATE, Long.toString(place.estimateMillis()));
        });
    }

    private void tell(Delta delta, List<TokenLogprob> pieceLogprobs) {
        if (!stream) {
            calls.addAll(delta.calls());
            content.append(delta.content());
            thinking.append(delta.thinking());
            logprobs.addAll(pieceLogprobs);
        } else if (!delta.content().isEmpty() || !delta.thinking().isEmpty() || !pieceLogprobs.isEmpty()) {
            replies.piece(shape.piece(delta, pieceLogprobs));
        }
        if (stream && !delta.calls().isEmpty()) {
            tellCalls(delta.calls());
        }
    }

    /** Calls go out as soon as they are complete, in an object of their own, where the endpoint can show them. */
    private void tellCalls(List<ToolCall> found) {
        shape.calls(found, callsTold).ifPresent(replies::piece);
        callsTold += found.size();
    }

    private void finish(TokenEvent.Finish finish) throws InterruptedException {
        log(finish.statistics());
        tell(parser.finish(), List.of());
        var ending = new Ending(
                finish.reason() == FinishReason.LENGTH ? "length" : "stop",
                System.nanoTime() - exchange.startNanos(),
                loadNanos,
                finish.statistics(),
                exchange.header(TIMINGS).isPresent());
        var rest = new Delta(content.toString(), thinking.toString(), calls);
        Map<String, Object> object = shape.last(rest, logprobs, ending, raw.toString());
        if (stream) {
            replies.last(object);
        } else {
            replies.only(object);
        }
    }

    private void log(GenerationStatistics statistics) {
        LOG.log(
                System.Logger.Level.INFO,
                String.format(
                        Locale.ROOT,
                        "request %s: queued %.1f ms, prompt of %d tokens (%d reused) in %.1f ms, %d tokens in %.1f"
                                + " ms%s",
                        exchange.requestId(),
                        statistics.queueNanos() / 1e6,
                        statistics.promptTokens(),
                        statistics.reusedTokens(),
                        statistics.promptNanos() / 1e6,
                        statistics.generatedTokens(),
                        statistics.generationNanos() / 1e6,
                        drafts(statistics)));
    }

    private static String drafts(GenerationStatistics statistics) {
        return statistics.draftedTokens() == 0
                ? ""
                : ", " + statistics.acceptedTokens() + " of " + statistics.draftedTokens() + " guessed ones held";
    }

    /** Before the first object went out, the failure still has a status; afterwards it is the last line. */
    private void tellFailure(EngineException failure) {
        if (!replies.started() || exchange.watch().isGone()) {
            throw failure;
        }
        replies.last(Map.of("error", "an error was encountered while running the model: " + failure.getMessage()));
    }
}
