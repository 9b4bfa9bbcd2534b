package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.chat.Turn;
import dev.llamero.gateway.upstream.CallTrace;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the time of a turn went, hop by hop, as its layers measured it; no text of question or answer. What a layer
 * measured beyond what the layers behind it did is its own or the way to the next one, so the parts add up to the
 * whole. The page adds the way from the gateway to itself.
 *
 * @param parts in the order of the way, in milliseconds
 * @param totalMillis of the turn in the gateway
 * @param firstTokenMillis in the gateway; -1 if there was none
 * @param computedTokens of the prompt; -1 if not known
 * @param reusedTokens of the prompt, whose state was there; -1 if not known
 * @param tokensPerSecond of the decoding alone; -1 if not known
 */
record TurnTrace(
        List<Part> parts,
        double totalMillis,
        double firstTokenMillis,
        long computedTokens,
        long reusedTokens,
        double tokensPerSecond) {
    /**
     * A piece of the time.
     *
     * @param layer {@code gateway}, {@code proxy} or {@code inference}
     * @param name {@code own} work, {@code hop} to the next layer, {@code queue}, {@code load}, {@code prefill},
     *     {@code decode}, or {@code answer} of a layer that tells nothing more
     */
    record Part(String layer, String name, double millis) {}

    static TurnTrace of(Turn turn, CallTrace call) {
        JsonNode proxy = call.hops().path("proxy");
        JsonNode inference = call.hops().path("inference");
        double total = Math.max(turn.statistics().totalMillis(), call.totalMillis());
        var parts = new ArrayList<Part>();
        add(parts, "gateway", "own", total - call.totalMillis());
        if (proxy.isObject()) {
            add(parts, "gateway", "hop", call.totalMillis() - millis(proxy, "totalMillis"));
            addProxy(parts, proxy, inference);
        } else {
            add(parts, "proxy", "answer", call.totalMillis());
        }
        double decodeMillis = millis(inference, "decodeMillis");
        long tokens = turn.statistics().completionTokens();
        return new TurnTrace(
                parts,
                rounded(total),
                turn.statistics().firstTokenMillis(),
                inference.path("computedTokens").asLong(-1),
                inference.path("reusedTokens").asLong(-1),
                decodeMillis > 0 && tokens > 0 ? rounded(tokens * 1000 / decodeMillis) : -1);
    }

    private static void addProxy(List<Part> parts, JsonNode proxy, JsonNode inference) {
        double queue = millis(proxy, "queueMillis");
        double own = millis(proxy, "overheadMillis");
        double behind = millis(proxy, "totalMillis") - queue - own;
        double whole = inference.isObject() ? millis(inference, "totalMillis") : behind;
        // The proxy passes one token on while the model computes the next: that time is the model's, and counts once.
        double overlap = Math.max(0, whole - behind);
        add(parts, "proxy", "queue", queue);
        add(parts, "proxy", "own", own - overlap);
        if (!inference.isObject()) {
            add(parts, "inference", "answer", behind);
            return;
        }
        add(parts, "proxy", "hop", behind - whole);
        double known = 0;
        for (String name : List.of("queue", "load", "prompt", "decode")) {
            double millis = millis(inference, name + "Millis");
            add(parts, "inference", name.equals("prompt") ? "prefill" : name, millis);
            known += millis;
        }
        add(parts, "inference", "own", whole - known);
    }

    /** A difference of two clocks may be a little below nothing. */
    private static void add(List<Part> parts, String layer, String name, double millis) {
        parts.add(new Part(layer, name, rounded(Math.max(0, millis))));
    }

    private static double millis(JsonNode node, String name) {
        return node.path(name).asDouble(0);
    }

    private static double rounded(double millis) {
        return Math.round(millis * 100) / 100.0;
    }
}
