package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerChunk;
import dev.llamero.dialects.AnswerReader;
import dev.llamero.dialects.AnswerWriter;
import dev.llamero.proxy.callers.Spending;
import dev.llamero.proxy.pool.Lease;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One answer on its way from a model server to its caller: translated, noted, counted, and cut where the caller's
 * budget ends, whatever the server still sends. One attempt, one thread.
 */
final class PassingAnswer {
    private final Exchange exchange;
    private final Lease lease;
    private final Spending spending;
    private final AnswerReader reader;
    private final AnswerWriter writer;
    private final Consumer<byte[]> out;
    private boolean cut;

    /** @param out takes what goes to the caller */
    PassingAnswer(
            Exchange exchange,
            Lease lease,
            Spending spending,
            AnswerReader reader,
            AnswerWriter writer,
            Consumer<byte[]> out) {
        this.exchange = exchange;
        this.lease = lease;
        this.spending = spending;
        this.reader = reader;
        this.writer = writer;
        this.out = out;
        spending.begin();
    }

    /** @param count bytes that were read; -1 at the end of the server's answer */
    void feed(byte[] bytes, int count) {
        if (count < 0) {
            reader.end(this::pass);
        } else {
            reader.feed(bytes, 0, count, this::pass);
        }
    }

    /** Whether the caller has its last piece. */
    boolean finished() {
        return cut || reader.finished();
    }

    /** Whether it ended before the server's end, so that the server must be stopped. */
    boolean cut() {
        return cut;
    }

    private void pass(AnswerChunk chunk) {
        if (cut) {
            return;
        }
        if (!chunk.carriesNothing()) {
            exchange.facts().firstToken();
            lease.answering();
        }
        // What ends an answer comes with the server's own count, which is settled whole.
        if (!chunk.done() && !chunk.carriesNothing() && !spending.take(tokens(chunk))) {
            cut = true;
            end(new AnswerChunk("", "", List.of(), List.of(), Optional.of(cutEnd())));
            return;
        }
        if (chunk.done()) {
            end(chunk);
        } else {
            out.accept(writer.write(chunk));
        }
    }

    private void end(AnswerChunk last) {
        AnswerChunk.End end = last.end().orElseThrow();
        exchange.facts().usage(end.usage());
        if (cut || end.cut() && end.usage().completionTokens() >= spending.ceiling()) {
            exchange.facts().endedBy(CallFacts.End.LIMIT);
        }
        if (writer.contentType().startsWith("text/event-stream") && HopTimings.wanted(exchange)) {
            out.accept(HopTimings.comment(exchange, reader));
        }
        out.accept(writer.write(last));
        spending.settle(end.usage().promptTokens(), end.usage().completionTokens());
    }

    private AnswerChunk.End cutEnd() {
        var usage =
                new AnswerChunk.Usage(spending.promptGuess(), spending.counted(), Optional.empty(), Optional.empty());
        return new AnswerChunk.End("length", Optional.empty(), usage);
    }

    /** Servers send a token at a time, and with logprobs they say how many it were. */
    private static int tokens(AnswerChunk chunk) {
        return Math.max(1, chunk.logprobs().size());
    }
}
