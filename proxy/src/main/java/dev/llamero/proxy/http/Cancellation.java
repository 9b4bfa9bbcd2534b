package dev.llamero.proxy.http;

import dev.llamero.proxy.pool.Wait;
import dev.llamero.proxy.upstream.UpstreamCall;

/**
 * The one way to end a request from outside, wherever it is: in the queue, before the head of the answer, in the middle
 * of it. Any thread; ended once, it stays so.
 */
final class Cancellation {
    private final CallFacts facts;
    private final Wait wait = new Wait();
    private volatile UpstreamCall current;
    private volatile boolean ended;

    Cancellation(CallFacts facts) {
        this.facts = facts;
    }

    /** The wait for a place that it ends. */
    Wait queue() {
        return wait;
    }

    /** The call that it ends from now on; at once, if the request was ended before. */
    void covers(UpstreamCall call) {
        current = call;
        if (ended) {
            call.cancel();
        }
    }

    void end(CallFacts.End who) {
        facts.endedBy(who);
        ended = true;
        wait.end();
        UpstreamCall call = current;
        if (call != null) {
            call.cancel();
        }
    }
}
