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

    private final Exchange exchange;
    private final Replies replies;
    private final AnswerShape shape;
    private final boolean stream;
    private final long loadNanos;
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<TokenLogprob> logprobs = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private AnswerParser parser;

    /** Makes the request for the content, once the thinking is over. */
    interface AfterThinking {
        /** @param thought what the model wrote up to the end of its thinking; "" if it did not think */
        GenerationRequest request(String thought) throws InterruptedException;
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
    void run(Engine engine, GenerationRequest request) throws InterruptedException {
        finish(follow(engine, request, false));
    }

    /**
     * Lets the model think freely, and then asks anew for the content, which alone is constrained (specification 12).
     */
    void runThenConstrain(Engine engine, GenerationRequest free, AfterThinking second) throws InterruptedException {
        TokenEvent.Finish early = follow(engine, free, true);
        if (early != null && early.reason() == FinishReason.LENGTH) {
            finish(early);
            return;
        }
        String thought = parser.thoughtOf(raw.toString());
        raw.setLength(0);
        raw.append(thought);
        parser = AnswerParser.ofContent();
        finish(follow(engine, second.request(thought), false));
    }

    /**
     * Passes events on until the end.
     *
     * @param onlyThinking stop at the first content, which is dropped
     * @return how it ended; null if it was stopped at the first content, or nothing more is to be told
     */
    private TokenEvent.Finish follow(Engine engine, GenerationRequest request, boolean onlyThinking)
            throws InterruptedException {
        try (Generation generation = engine.submit(request);
                var _ = exchange.watch().onGone(generation::cancel)) {
            while (true) {
                switch (generation.next()) {
                    case TokenEvent.Piece piece -> {
                        raw.append(piece.text());
                        Delta delta = parser.accept(piece.text());
                        if (onlyThinking && !delta.content().isEmpty()) {
                            tell(new Delta("", delta.thinking(), List.of()), List.of());
                            return null;
                        }
                        tell(delta, piece.logprobs());
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

    private void tell(Delta delta, List<TokenLogprob> pieceLogprobs) {
        calls.addAll(delta.calls());
        if (!stream) {
            content.append(delta.content());
            thinking.append(delta.thinking());
            logprobs.addAll(pieceLogprobs);
        } else if (!delta.content().isEmpty() || !delta.thinking().isEmpty() || !pieceLogprobs.isEmpty()) {
            replies.piece(shape.piece(delta, pieceLogprobs));
        }
    }

    private void finish(TokenEvent.Finish finish) throws InterruptedException {
        if (finish == null) {
            return;
        }
        log(finish.statistics());
        tell(parser.finish(), List.of());
        var ending = new Ending(
                finish.reason() == FinishReason.LENGTH ? "length" : "stop",
                System.nanoTime() - exchange.startNanos(),
                loadNanos,
                finish.statistics());
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
                        "request %s: queued %.1f ms, prompt of %d tokens (%d reused) in %.1f ms, %d tokens in %.1f ms",
                        exchange.requestId(),
                        statistics.queueNanos() / 1e6,
                        statistics.promptTokens(),
                        statistics.reusedTokens(),
                        statistics.promptNanos() / 1e6,
                        statistics.generatedTokens(),
                        statistics.generationNanos() / 1e6));
    }

    /** Before the first object went out, the failure still has a status; afterwards it is the last line. */
    private void tellFailure(EngineException failure) {
        if (!replies.started() || exchange.watch().isGone()) {
            throw failure;
        }
        replies.last(Map.of("error", "an error was encountered while running the model: " + failure.getMessage()));
    }
}
