package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.chat.Turn;
import dev.llamero.gateway.chat.TurnState;
import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.UpstreamException;
import dev.llamero.gateway.ws.Browsers;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What {@code /debug} shows: each layer's health, version and latency, and the trace of the last question. Blocks. */
final class LayerReport {
    private final String version;
    private final URI ownAddress;
    private final ModelClient proxy;
    private final ModelClient inference;
    private final Chats chats;
    private final Browsers browsers;

    LayerReport(
            String version, URI ownAddress, ModelClient proxy, ModelClient inference, Chats chats, Browsers browsers) {
        this.version = version;
        this.ownAddress = ownAddress;
        this.proxy = proxy;
        this.inference = inference;
        this.chats = chats;
        this.browsers = browsers;
    }

    /**
     * Asks the layers one after the other, so that the page sees where the chain is broken; the last question is the
     * owner's own.
     */
    Report make(String owner) {
        String requestId = UUID.randomUUID().toString();
        Asked proxyAnswer = ask(proxy, "/healthz", requestId);
        Turn last = chats.lastTurn(owner).orElse(null);
        Layer proxyLayer = proxyLayer(proxyAnswer);
        Layer inferenceLayer = inferenceLayer(proxyAnswer, requestId);
        var ways = new TurnTrace.Ways(proxyLayer.latencyMillis(), inferenceLayer.latencyMillis());
        return new Report(List.of(own(), proxyLayer, inferenceLayer), last, trace(last, ways));
    }

    private TurnTrace trace(Turn turn, TurnTrace.Ways ways) {
        return turn == null || turn.state() == TurnState.RUNNING
                ? null
                : proxy.traces()
                        .of(turn.requestId())
                        .map(call -> TurnTrace.of(
                                turn, call, chats.times().of(turn.id()).orElse(null), ways))
                        .orElse(null);
    }

    private Layer own() {
        Runtime runtime = Runtime.getRuntime();
        long mebibytes = (runtime.totalMemory() - runtime.freeMemory()) >> 20;
        long minutes = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime())
                .toMinutes();
        return new Layer(
                "gateway",
                ownAddress.toString(),
                "up",
                version,
                0,
                facts(
                        "upMinutes",
                        minutes,
                        "heapMebibytes",
                        mebibytes,
                        "pages",
                        browsers.count(),
                        "runningTurns",
                        chats.runningTurns()),
                "",
                "",
                "");
    }

    private Layer proxyLayer(Asked asked) {
        if (asked.failure() != null) {
            return down("proxy", proxy, asked.failure());
        }
        JsonNode health = asked.answer().json();
        boolean ours = asked.answer().status() == 200 && health.hasNonNull("status");
        return new Layer(
                "proxy",
                proxy.endpoint().toString(),
                asked.answer().status() < 500 || ours ? "up" : "failing",
                health.path("version").asText(""),
                millis(asked.answer().took()),
                ours ? Map.of() : facts("notOurs", asked.answer().status()),
                "",
                "",
                "");
    }

    /** The proxy's own figures where it has them, since that is the way that questions take. */
    private Layer inferenceLayer(Asked proxyAnswer, String requestId) {
        JsonNode upstream = proxyAnswer.answer() == null
                ? null
                : proxyAnswer.answer().json().get("upstream");
        if (upstream != null && upstream.path("reachable").isBoolean()) {
            boolean reachable = upstream.path("reachable").booleanValue();
            return new Layer(
                    "inference",
                    upstream.path("address").asText(""),
                    reachable ? "up" : "down",
                    upstream.path("version").asText(""),
                    reachable ? upstream.path("latencyMs").asDouble(-1) : -1,
                    reachable ? load("seenByProxy", requestId) : Map.of(),
                    reachable ? "" : UpstreamException.Code.INFERENCE_UNREACHABLE.name(),
                    reachable ? "" : upstream.path("error").asText("the proxy cannot reach it"),
                    reachable ? "" : "Start it with ./llamero serve, or everything with ./llamero up.");
        }
        Asked direct = ask(inference, "/api/version", requestId);
        if (direct.failure() != null) {
            return down("inference", inference, direct.failure());
        }
        return new Layer(
                "inference",
                inference.endpoint().toString(),
                direct.answer().status() == 200 ? "up" : "failing",
                direct.answer().json().path("version").asText(""),
                millis(direct.answer().took()),
                load("askedDirectly", requestId),
                "",
                "",
                "");
    }

    /** Models in memory and requests that wait, which only the inference server itself tells. */
    private Map<String, Long> load(String who, String requestId) {
        Asked asked = ask(inference, "/api/ps", requestId);
        if (asked.failure() != null || !asked.answer().json().path("models").isArray()) {
            return facts(who, 0);
        }
        int waiting = 0;
        JsonNode models = asked.answer().json().path("models");
        for (JsonNode model : models) {
            waiting += model.path("queue").size();
        }
        return facts(who, 0, "modelsLoaded", models.size(), "requestsWaiting", waiting);
    }

    /** Names and numbers in turn, in the order in which they are shown. */
    private static Map<String, Long> facts(Object... namesAndNumbers) {
        var facts = new LinkedHashMap<String, Long>();
        for (int i = 0; i < namesAndNumbers.length; i += 2) {
            facts.put((String) namesAndNumbers[i], ((Number) namesAndNumbers[i + 1]).longValue());
        }
        return facts;
    }

    private static Layer down(String name, ModelClient client, UpstreamException failure) {
        String remedy = name.equals("proxy")
                ? failure.remedy()
                : "Start it with ./llamero serve, or everything with ./llamero up.";
        UpstreamException.Code code = name.equals("proxy") || failure.code() == UpstreamException.Code.SILENT
                ? failure.code()
                : UpstreamException.Code.INFERENCE_UNREACHABLE;
        String what = failure.getMessage().replaceFirst("^The proxy at \\S+ ", "");
        return new Layer(name, client.endpoint().toString(), "down", "", -1, Map.of(), code.name(), what, remedy);
    }

    private static Asked ask(ModelClient client, String path, String requestId) {
        try {
            return new Asked(client.ask(path, requestId), null);
        } catch (UpstreamException e) {
            return new Asked(null, e);
        }
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 10_000.0) / 100.0;
    }

    /**
     * One layer.
     *
     * @param status {@code up}, {@code failing} (answers, but not well) or {@code down}
     * @param version empty if it does not tell
     * @param latencyMillis of one small request; -1 if none came back
     * @param facts what else is known, by names for which the page has words; PROTOCOL.md lists them
     * @param code why it is down, as of a failed answer; else empty
     * @param detail the same in words
     * @param remedy what to do, if something must be done
     */
    record Layer(
            String name,
            String address,
            String status,
            String version,
            double latencyMillis,
            Map<String, Long> facts,
            String code,
            String detail,
            String remedy) {}

    /**
     * The whole.
     *
     * @param lastTurn null if nothing was asked yet
     * @param trace of the last turn; null if it runs still, or is from before the start of this gateway
     */
    record Report(List<Layer> layers, Turn lastTurn, TurnTrace trace) {}

    private record Asked(ModelClient.Answer answer, UpstreamException failure) {}

    /** For the health endpoint: does the store answer. */
    static Optional<String> storeFault(Chats chats) {
        try {
            chats.sessions().list("");
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
