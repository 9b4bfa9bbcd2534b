package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerReader;
import dev.llamero.dialects.DialectError;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.ModelCall;
import dev.llamero.dialects.UpstreamErrors;
import dev.llamero.dialects.UpstreamKind;
import dev.llamero.dialects.UpstreamRequest;
import dev.llamero.proxy.pool.Lease;
import dev.llamero.proxy.upstream.UpstreamCall;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Puts a call to the server of a lease in that server's dialect. Stateless. */
final class ModelServer {
    private static final int ERROR_BYTES_MAX = 1 << 20;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

    /** By which Llamero's inference keeps what it has computed for one key from telling another key anything. */
    private static final String CACHE_SALT = "X-Llamero-Cache-Salt";

    private ModelServer() {}

    /**
     * Sends the call and waits for the head of a good answer.
     *
     * @return a reader for the body that follows
     */
    static AnswerReader ask(Exchange exchange, ModelCall call, Lease lease, UpstreamCall wire) {
        UpstreamKind kind = send(exchange, call, lease, wire);
        return kind.answer(wire.header("content-type"));
    }

    /** Sends the call and waits for the head of a good answer. */
    static UpstreamKind send(Exchange exchange, ModelCall call, Lease lease, UpstreamCall wire) {
        UpstreamKind kind = lease.upstream().kind();
        ModelCall named = lease.model().equals(call.model()) ? call : call.withModel(lease.model());
        UpstreamRequest request = kind.request(named);
        long before = System.nanoTime();
        int status = wire.send(request.method(), request.path(), headers(exchange), request.body());
        exchange.facts().waited(System.nanoTime() - before);
        exchange.facts().upstreamHead();
        exchange.facts().place(QueuePlace.of(wire));
        if (status != 200) {
            throw refused(exchange, status, wire, lease);
        }
        return kind;
    }

    /** All that a model server is told beside the call: nothing of the caller's own headers passes. */
    private static Map<String, String> headers(Exchange exchange) {
        CallFacts facts = exchange.facts();
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json");
        headers.put(RequestIds.HEADER, facts.id());
        headers.put("traceparent", facts.trace().header());
        if (!facts.trace().state().isEmpty()) {
            headers.put("tracestate", facts.trace().state());
        }
        facts.caller().ifPresent(caller -> headers.put(CACHE_SALT, caller.cacheSalt()));
        if (HopTimings.wanted(exchange)) {
            headers.put(HopTimings.HEADER.defaultCase(), "1");
        }
        return headers;
    }

    private static DialectException refused(Exchange exchange, int status, UpstreamCall wire, Lease lease) {
        String label = lease.upstream().spec().label();
        if (status < 400) {
            return new DialectException(new DialectError.Garbled(label + " answered with status " + status
                    + ", which is no answer of a model server; check its address"));
        }
        DialectError.Refused said = UpstreamErrors.read(status, wire.readAll(ERROR_BYTES_MAX));
        String wait = wire.header("retry-after");
        if (SECONDS.matcher(wait).matches()) {
            exchange.facts().retryAfter(Duration.ofSeconds(Long.parseLong(wait)));
        }
        if (status == 401 || status == 403) {
            // The caller's own key is fine: it must not be told that it is not.
            return new DialectException(new DialectError.Refused(
                    502,
                    label + " refused the proxy's key (status " + status + "); set upstream-api-key, or the api key of"
                            + " this upstream, to one that it takes"));
        }
        return new DialectException(said);
    }
}
