package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerChunk;
import dev.llamero.dialects.AnswerReader;
import dev.llamero.dialects.AnswerWriter;
import dev.llamero.dialects.CallerRequest;
import dev.llamero.dialects.DialectException;
import dev.llamero.proxy.pool.Lease;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamException;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.util.function.Function;

/**
 * A request for text in any dialect, streamed or whole: read, brought to a server, and its answer translated as it
 * comes. The model server is always asked for a stream, so that a cancel, the deadline for silence and the time of the
 * first token work alike for both.
 */
final class GenerationEndpoint implements Endpoint {
    /** A token is some hundred bytes; a larger piece would be cleared memory for nothing. */
    private static final int PIECE_BYTES = 4 << 10;

    /** A burst is joined up to this size, so that a server that never pauses cannot grow the batch for ever. */
    private static final int BATCH_BYTES_MAX = 64 << 10;

    private final Function<byte[], CallerRequest> reader;
    private final Attempts attempts;
    private final SlowClients slowClients;
    private final Clock clock;

    /** @param reader of the dialect */
    GenerationEndpoint(
            Function<byte[], CallerRequest> reader, Attempts attempts, SlowClients slowClients, Clock clock) {
        this.reader = reader;
        this.attempts = attempts;
        this.slowClients = slowClients;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange) {
        try (SlowClients.Guard guard = slowClients.guard()) {
            CallerRequest request = reader.apply(RequestBody.read(exchange.request(), guard));
            String model = request.call().model();
            exchange.facts().asks(model, request.stream());
            if (request.stream()) {
                streamed(exchange, request, model, guard);
            } else {
                attempts.run(exchange, model, (lease, call) -> whole(exchange, request, lease, call, guard));
            }
        }
    }

    private void streamed(Exchange exchange, CallerRequest request, String model, SlowClients.Guard guard) {
        var stream = new CallerStream(exchange, guard);
        try {
            attempts.run(exchange, model, (lease, call) -> relay(exchange, request, lease, call, stream));
        } catch (DialectException | UpstreamException | Refusal e) {
            if (!stream.begun()) {
                throw e;
            }
            stream.fail(e);
        }
    }

    private void relay(Exchange exchange, CallerRequest request, Lease lease, UpstreamCall call, CallerStream stream) {
        AnswerWriter writer =
                request.answer(RequestIds.random(), clock.instant().getEpochSecond());
        stream.answersWith(writer);
        AnswerReader answer = ModelServer.ask(exchange, request.call(), lease, call);
        try {
            read(
                    call,
                    answer,
                    chunk -> {
                        note(exchange, lease, chunk);
                        stream.put(writer.write(chunk));
                    },
                    () -> {
                        if (answer.finished()) {
                            // Before the flush: clients hang up on the last event, and that is no leaving.
                            exchange.facts().endedBy(CallFacts.End.DONE);
                            call.finishIfEndIsAtHand();
                        }
                        if (answer.finished() || stream.pendingBytes() > BATCH_BYTES_MAX || !call.hasMoreAtHand()) {
                            stream.flush();
                        }
                    });
        } catch (DialectException | UpstreamException e) {
            if (stream.begun() && !exchange.facts().isEndedBy(CallFacts.End.CLIENT)) {
                // Pieces that came in the same read as the failure are good.
                stream.flush();
            }
            throw e;
        }
        call.finish();
    }

    private void whole(
            Exchange exchange, CallerRequest request, Lease lease, UpstreamCall call, SlowClients.Guard guard) {
        AnswerWriter writer =
                request.answer(RequestIds.random(), clock.instant().getEpochSecond());
        AnswerReader answer = ModelServer.ask(exchange, request.call(), lease, call);
        var body = new ByteArrayOutputStream();
        read(
                call,
                answer,
                chunk -> {
                    note(exchange, lease, chunk);
                    body.writeBytes(writer.write(chunk));
                },
                () -> {});
        call.finishIfEndIsAtHand();
        exchange.send(body.toByteArray(), guard);
        call.finish();
    }

    private static void note(Exchange exchange, Lease lease, AnswerChunk chunk) {
        if (!chunk.carriesNothing()) {
            exchange.facts().firstToken();
            lease.answering();
        }
        chunk.usage().ifPresent(exchange.facts()::usage);
    }

    /**
     * Reads to the answer's last piece.
     *
     * @param afterEachRead runs when the pieces of one read are through: then it may be time to flush
     */
    private static void read(
            UpstreamCall call,
            AnswerReader answer,
            java.util.function.Consumer<AnswerChunk> sink,
            Runnable afterEachRead) {
        byte[] piece = new byte[PIECE_BYTES];
        while (!answer.finished()) {
            int count = call.read(piece);
            if (count < 0) {
                answer.end(sink);
            } else {
                answer.feed(piece, 0, count, sink);
            }
            afterEachRead.run();
        }
    }
}
