package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerReader;
import dev.llamero.dialects.AnswerWriter;
import dev.llamero.dialects.CallerRequest;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.ModelCall;
import dev.llamero.proxy.callers.Spending;
import dev.llamero.proxy.pool.Lease;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamException;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.util.function.Consumer;
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
            CallerRequest request = reader.apply(exchange.body(guard));
            exchange.facts().asks(request.call().model(), request.stream());
            Reservation.run(exchange, request.call(), spending -> {
                var job = new Job(exchange, request, Reservation.within(spending, request.call()), spending);
                if (request.stream()) {
                    streamed(job, new CallerStream(exchange, guard));
                } else {
                    attempts.run(exchange, job.call().model(), (lease, wire) -> whole(job, lease, wire, guard));
                }
            });
        }
    }

    /**
     * One request in work.
     *
     * @param call what its model server is asked: the caller's own, or one that ends with the caller's budget
     */
    private record Job(Exchange exchange, CallerRequest request, ModelCall call, Spending spending) {
        PassingAnswer ask(Lease lease, UpstreamCall wire, AnswerWriter writer, Consumer<byte[]> out) {
            AnswerReader answer = ModelServer.ask(exchange, call, lease, wire);
            return new PassingAnswer(exchange, lease, spending, answer, writer, out);
        }
    }

    private AnswerWriter writer(Job job) {
        return job.request().answer(RequestIds.random(), clock.instant().getEpochSecond());
    }

    private void streamed(Job job, CallerStream stream) {
        try {
            attempts.run(job.exchange(), job.call().model(), (lease, wire) -> relay(job, lease, wire, stream));
        } catch (DialectException | UpstreamException | Refusal e) {
            if (!stream.begun()) {
                throw e;
            }
            stream.fail(e);
        }
    }

    private void relay(Job job, Lease lease, UpstreamCall wire, CallerStream stream) {
        AnswerWriter writer = writer(job);
        stream.answersWith(writer);
        PassingAnswer answer = job.ask(lease, wire, writer, stream::put);
        CallFacts facts = job.exchange().facts();
        try {
            read(wire, facts, answer, () -> {
                if (answer.finished()) {
                    // Before the flush: clients hang up on the last event, and that is no leaving.
                    facts.endedBy(CallFacts.End.DONE);
                    if (answer.cut()) {
                        wire.close();
                    } else {
                        wire.finishIfEndIsAtHand();
                    }
                }
                if (answer.finished() || stream.pendingBytes() > BATCH_BYTES_MAX || !wire.hasMoreAtHand()) {
                    stream.flush();
                }
            });
        } catch (DialectException | UpstreamException e) {
            if (stream.begun() && !facts.isEndedBy(CallFacts.End.CLIENT)) {
                // Pieces that came in the same read as the failure are good.
                stream.flush();
            }
            throw e;
        }
        wire.finish();
    }

    private void whole(Job job, Lease lease, UpstreamCall wire, SlowClients.Guard guard) {
        var body = new ByteArrayOutputStream();
        PassingAnswer answer = job.ask(lease, wire, writer(job), body::writeBytes);
        read(wire, job.exchange().facts(), answer, () -> {});
        if (answer.cut()) {
            wire.close();
        } else {
            wire.finishIfEndIsAtHand();
        }
        job.exchange().send(body.toByteArray(), guard);
        wire.finish();
    }

    /**
     * Reads to the answer's last piece.
     *
     * @param afterEachRead runs when the pieces of one read are through: then it may be time to flush
     */
    private static void read(UpstreamCall wire, CallFacts facts, PassingAnswer answer, Runnable afterEachRead) {
        byte[] piece = new byte[PIECE_BYTES];
        while (!answer.finished()) {
            long before = System.nanoTime();
            int count = wire.read(piece);
            facts.waited(System.nanoTime() - before);
            answer.feed(piece, count);
            afterEachRead.run();
        }
    }
}
