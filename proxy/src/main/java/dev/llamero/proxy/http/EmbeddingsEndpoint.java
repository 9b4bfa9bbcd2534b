package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerChunk;
import dev.llamero.dialects.EmbedAnswer;
import dev.llamero.dialects.EmbeddingsRequest;
import dev.llamero.dialects.UpstreamKind;
import dev.llamero.proxy.pool.Lease;
import dev.llamero.proxy.upstream.UpstreamCall;
import java.util.Optional;

/** {@code POST /v1/embeddings}: texts in, vectors out, never streamed. */
final class EmbeddingsEndpoint implements Endpoint {
    /** A thousand vectors of 4096 numbers, as text. */
    private static final int ANSWER_BYTES_MAX = 128 << 20;

    private final Attempts attempts;
    private final SlowClients slowClients;

    EmbeddingsEndpoint(Attempts attempts, SlowClients slowClients) {
        this.attempts = attempts;
        this.slowClients = slowClients;
    }

    @Override
    public void handle(Exchange exchange) {
        try (SlowClients.Guard guard = slowClients.guard()) {
            EmbeddingsRequest request = EmbeddingsRequest.read(exchange.body(guard));
            String model = request.call().model();
            exchange.facts().asks(model, false);
            Reservation.run(
                    exchange,
                    request.call(),
                    spending -> attempts.run(exchange, model, (lease, call) -> {
                        EmbedAnswer answer = answer(exchange, request, lease, call);
                        spending.settle(answer.promptTokens(), 0);
                        exchange.send(request.answer(answer), guard);
                    }));
        }
    }

    private static EmbedAnswer answer(Exchange exchange, EmbeddingsRequest request, Lease lease, UpstreamCall call) {
        UpstreamKind kind = ModelServer.send(exchange, request.call(), lease, call);
        long before = System.nanoTime();
        byte[] body = call.readAll(ANSWER_BYTES_MAX);
        exchange.facts().waited(System.nanoTime() - before);
        EmbedAnswer answer = kind.embedAnswer(body);
        exchange.facts().firstToken();
        exchange.facts().usage(new AnswerChunk.Usage(answer.promptTokens(), 0, Optional.empty(), Optional.empty()));
        return answer;
    }
}
