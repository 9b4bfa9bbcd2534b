package dev.llamero.proxy.http;

import dev.llamero.dialects.DialectError;
import dev.llamero.dialects.DialectException;
import dev.llamero.proxy.pool.Lease;
import dev.llamero.proxy.upstream.UpstreamException;

/**
 * Whose fault a failure is, and whether another server may be asked. Asking again is safe where no work was done: no
 * connection, a server that is busy, has no such model or refuses the proxy's key. One that broke off or sent nonsense
 * is replaced once only, since the request itself may be what breaks servers. One that was silent is not: it may still
 * work on the request. One request, one thread.
 */
final class RetryRule {
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY = 429;
    private static final int BROKEN = 500;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private int left;
    private boolean brokeBefore;

    /** @param retries at most */
    RetryRule(int retries) {
        this.left = retries;
    }

    /** Tells the server's breaker what the failure says about it. */
    void judge(RuntimeException failure, Lease lease) {
        switch (failure) {
            case UpstreamException e when e.kind() != UpstreamException.Kind.CANCELLED -> lease.failed();
            case DialectException e when e.error() instanceof DialectError.Garbled -> lease.failed();
            case DialectException e
            when e.error() instanceof DialectError.Refused refused -> judge(refused.status(), lease);
            // A caller that left, a request that the server cannot be asked: nothing about the server.
            default -> {}
        }
    }

    private static void judge(int status, Lease lease) {
        switch (status) {
            case BAD_GATEWAY, GATEWAY_TIMEOUT -> lease.failed();
            case BROKEN -> {
                // With others at hand, a server that fails fast must not attract all requests by being idle. With none,
                // its own words tell the caller more than an open breaker would.
                if (lease.hasAlternatives()) {
                    lease.failed();
                }
            }
            case UNAVAILABLE, TOO_MANY -> {}
            default -> lease.succeeded();
        }
    }

    /** Whether the request may go to another server; each yes uses up a retry. */
    boolean allowsAnother(RuntimeException failure) {
        boolean allowed = left > 0
                && switch (failure) {
                    case UpstreamException e ->
                        switch (e.kind()) {
                            case UNREACHABLE, REFUSED -> true;
                            case CUT, GARBLED -> onlyOnce();
                            case TIMEOUT, CANCELLED -> false;
                        };
                    case DialectException e ->
                        switch (e.error()) {
                            case DialectError.Garbled _ -> onlyOnce();
                            case DialectError.Refused refused -> allows(refused.status());
                            case DialectError.BadField _, DialectError.BadJson _ -> false;
                        };
                    default -> false;
                };
        left -= allowed ? 1 : 0;
        return allowed;
    }

    private static boolean allows(int status) {
        return switch (status) {
            case NOT_FOUND, TOO_MANY, BAD_GATEWAY, UNAVAILABLE -> true;
            default -> false;
        };
    }

    private boolean onlyOnce() {
        boolean first = !brokeBefore;
        brokeBefore = true;
        return first;
    }
}
