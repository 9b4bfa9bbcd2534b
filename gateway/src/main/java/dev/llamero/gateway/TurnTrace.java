package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.chat.Turn;
import dev.llamero.gateway.chat.TurnTimes;
import dev.llamero.gateway.upstream.CallTrace;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the time of a turn went, in the order of the way, as page and layers measured it; no text of question or
 * answer. Each part is a length of time on one clock, or the difference of two: what a layer measured of a call less
 * what the layer behind measured of the same call is the way between them. Such a difference is the way's only as far
 * as ways of this kind take ({@link Ways}); the rest is nobody's.
 *
 * @param parts in milliseconds
 * @param totalMillis of the turn in the gateway
 * @param firstTokenMillis in the gateway; -1 if there was none
 * @param computedTokens of the prompt; -1 if not known
 * @param reusedTokens of the prompt, whose state was there; -1 if not known
 * @param tokensPerSecond of the decoding alone; -1 if not known
 * @param page what the page that asked measured; null if none did
 * @param measuredMillis the whole: the page's if it measured, else the gateway's
 * @param unexplainedMillis of the whole that is in no part; below 0 if the parts are more than it
 */
record TurnTrace(
        List<Part> parts,
        double totalMillis,
        double firstTokenMillis,
        long computedTokens,
        long reusedTokens,
        double tokensPerSecond,
        TurnTimes.Seen page,
        double measuredMillis,
        double unexplainedMillis) {
    /**
     * A piece of the time.
     *
     * @param layer {@code page}, {@code gateway}, {@code proxy} or {@code inference}
     * @param name what was done, as PROTOCOL.md lists it
     */
    record Part(String layer, String name, double millis) {}

    /**
     * What small questions on the same ways took, measured for this report; -1 for what is not known.
     *
     * @param proxyMillis gateway to proxy and back, with a connection of its own
     * @param inferenceMillis proxy to inference and back
     */
    record Ways(double proxyMillis, double inferenceMillis) {
        /** A call's way may take several times what a small question's does: its request and answer are longer. */
        private static final double FACTOR = 3;

        /** So that what a loaded machine does between two clock readings is no riddle. */
        private static final double SLACK_MILLIS = 5;

        private static double longest(double roundTripMillis) {
            return FACTOR * Math.max(0, roundTripMillis) + SLACK_MILLIS;
        }
    }

    static TurnTrace of(Turn turn, CallTrace call, TurnTimes.Times times, Ways ways) {
        var parts = new Parts();
        double total = parts.turn(turn, call, times, ways);
        TurnTimes.Seen page = times == null ? null : times.seen();
        double measured = page == null ? total : page.paintedMillis();
        JsonNode inference = call.hops().path("inference");
        double decodeMillis = millis(inference, "decodeMillis");
        long tokens = turn.statistics().completionTokens();
        return new TurnTrace(
                parts.list,
                rounded(total),
                turn.statistics().firstTokenMillis(),
                inference.path("computedTokens").asLong(-1),
                inference.path("reusedTokens").asLong(-1),
                decodeMillis > 0 && tokens > 0 ? rounded(tokens * 1000 / decodeMillis) : -1,
                page,
                rounded(measured),
                rounded(measured - parts.sum()));
    }

    private static double millis(JsonNode node, String name) {
        return node.path(name).asDouble(0);
    }

    private static double rounded(double millis) {
        return Math.round(millis * 100) / 100.0;
    }

    /** The parts as they are found; what is below nothing is left out, and so is seen in what is unexplained. */
    private static final class Parts {
        private static final double NANOS_PER_MILLI = 1e6;

        private final List<Part> list = new ArrayList<>();

        double sum() {
            return list.stream().mapToDouble(Part::millis).sum();
        }

        private void add(String layer, String name, double millis) {
            list.add(new Part(layer, name, rounded(Math.max(0, millis))));
        }

        /** Gives the time of the turn in the gateway. */
        double turn(Turn turn, CallTrace call, TurnTimes.Times times, Ways ways) {
            if (times == null || times.heardNanos() == 0) {
                // A former gateway heard the question: its clock is gone.
                double total = Math.max(turn.statistics().totalMillis(), call.totalMillis());
                add("gateway", "earlier", total - call.totalMillis());
                call(call, ways);
                return total;
            }
            long end = times.sentNanos() == 0 ? times.endedNanos() : times.sentNanos();
            double total = (end - times.heardNanos()) / NANOS_PER_MILLI;
            double before = (call.startNanos() - times.heardNanos()) / NANOS_PER_MILLI - call.earlierMillis();
            TurnTimes.Seen page = times.seen();
            if (page != null) {
                wayFromPage(page, total);
            }
            add("gateway", "begin", before);
            if (call.earlierMillis() > 0) {
                add("gateway", "earlier", call.earlierMillis());
            }
            call(call, ways);
            add("gateway", "finish", total - before - call.earlierMillis() - call.totalMillis());
            if (page != null) {
                add("page", "paint", page.paintedMillis() - page.endedMillis());
            }
            return total;
        }

        /** What the page waited for the gateway, less what the gateway took, is the way there and back. */
        private void wayFromPage(TurnTimes.Seen page, double gatewayMillis) {
            add("page", "send", page.sentMillis());
            double way = page.endedMillis() - page.sentMillis() - gatewayMillis;
            double socket = Math.min(way, Ways.longest(page.roundTripMillis()));
            add("page", "socket", socket);
            double busy = Math.clamp(way - socket, 0, page.busyMillis());
            if (busy > 0) {
                add("page", "busy", busy);
            }
            double offline = Math.clamp(way - socket - busy, 0, page.offlineMillis());
            if (offline > 0) {
                add("page", "offline", offline);
            }
        }

        private void call(CallTrace call, Ways ways) {
            JsonNode proxy = call.hops().path("proxy");
            if (!proxy.isObject()) {
                add("proxy", "answer", call.totalMillis());
                return;
            }
            double hop = call.totalMillis() - TurnTrace.millis(proxy, "totalMillis");
            add("gateway", "hop", Math.min(hop, Ways.longest(ways.proxyMillis())));
            proxy(proxy, call.hops().path("inference"), ways);
        }

        private void proxy(JsonNode proxy, JsonNode inference, Ways ways) {
            double queue = TurnTrace.millis(proxy, "queueMillis");
            double own = TurnTrace.millis(proxy, "overheadMillis");
            double behind = TurnTrace.millis(proxy, "totalMillis") - queue - own;
            double whole = inference.isObject() ? TurnTrace.millis(inference, "totalMillis") : behind;
            // The proxy passes one token on while the model computes the next: that time is the model's, and counts
            // once.
            double overlap = Math.max(0, whole - behind);
            add("proxy", "queue", queue);
            add("proxy", "own", own - overlap);
            if (!inference.isObject()) {
                add("inference", "answer", behind);
                return;
            }
            add("proxy", "hop", Math.min(behind - whole, Ways.longest(ways.inferenceMillis())));
            double known = 0;
            for (String name : List.of("queue", "load", "prompt", "decode")) {
                double millis = TurnTrace.millis(inference, name + "Millis");
                add("inference", name.equals("prompt") ? "prefill" : name, millis);
                known += millis;
            }
            add("inference", "own", whole - known);
        }
    }
}
