package dev.llamero.proxy.http;

import dev.llamero.proxy.pool.Lease;
import dev.llamero.proxy.pool.Upstream;
import dev.llamero.proxy.pool.UpstreamUnavailableException;
import dev.llamero.proxy.upstream.UpstreamCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings a request to a server, and to another if that one fails before anything has reached the caller. The only place
 * that tries again. What leaves its scope without an end closes the connection, and so stops the server's work.
 */
final class Attempts {
    private final RunningCalls running;

    Attempts(RunningCalls running) {
        this.running = running;
    }

    /** Asks one server and answers the caller. */
    interface Attempt {
        void run(Lease lease, UpstreamCall call);
    }

    /** Tries until one attempt has answered, or throws why none did. */
    void run(Exchange exchange, String model, Attempt attempt) {
        var cancellation = new Cancellation(exchange.facts());
        try (var _ = running.enter(() -> cancellation.end(CallFacts.End.SHUTDOWN));
                var _ = WatchedConnections.watch(exchange.request(), () -> cancellation.end(CallFacts.End.CLIENT))) {
            tryServers(exchange, model, attempt, cancellation);
        } catch (RuntimeException e) {
            throw exchange.facts().isEndedBy(CallFacts.End.SHUTDOWN) ? stopped() : e;
        }
    }

    private static void tryServers(Exchange exchange, String model, Attempt attempt, Cancellation cancellation) {
        List<Upstream> tried = new ArrayList<>(0);
        var rule = new RetryRule(exchange.live().pool().settings().retries());
        RuntimeException failure = null;
        do {
            Optional<Lease> taken = take(exchange, model, tried, cancellation, failure);
            if (taken.isEmpty()) {
                throw failure;
            }
            if (failure != null) {
                exchange.facts().retried();
            }
            try (Lease lease = taken.get()) {
                failure = once(exchange, lease, attempt, cancellation);
                if (failure != null) {
                    rule.judge(failure, lease);
                    tried.add(lease.upstream());
                }
            }
        } while (failure != null && mayTryAgain(exchange, rule, failure));
        if (failure != null) {
            throw failure;
        }
    }

    private static boolean mayTryAgain(Exchange exchange, RetryRule rule, RuntimeException failure) {
        return !exchange.facts().hasBegun() && exchange.facts().ended().isEmpty() && rule.allowsAnother(failure);
    }

    /** @param failure of the attempt before, which tells the caller more than that nobody else is there */
    private static Optional<Lease> take(
            Exchange exchange,
            String model,
            List<Upstream> tried,
            Cancellation cancellation,
            RuntimeException failure) {
        try {
            return exchange.live().pool().take(model, tried, cancellation.queue());
        } catch (UpstreamUnavailableException e) {
            throw failure == null || exchange.facts().ended().isPresent() ? e : failure;
        }
    }

    /** @return null, or why it failed */
    private static RuntimeException once(Exchange exchange, Lease lease, Attempt attempt, Cancellation cancellation) {
        exchange.facts().sentTo(lease.upstream().spec().name(), lease.queuedMillis());
        exchange.response().header(Exchange.UPSTREAM, lease.upstream().spec().name());
        try (UpstreamCall call =
                lease.upstream().client().call(exchange.live().pool().settings().deadlines())) {
            cancellation.covers(call);
            attempt.run(lease, call);
            lease.succeeded();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    static Refusal stopped() {
        return new Refusal(503, "shutting_down", "the proxy was stopped before the answer was complete");
    }
}
