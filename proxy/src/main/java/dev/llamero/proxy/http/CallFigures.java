package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerChunk;
import dev.llamero.proxy.figures.Histogram;
import dev.llamero.proxy.figures.PrometheusText;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What all requests together were like, under OpenTelemetry's names for generative AI where it has one, with its
 * buckets (semantic conventions, gen-ai metrics, status Development). Any number of threads.
 */
final class CallFigures {
    /** Names of models come from callers in part, and memory must not grow with them. */
    private static final int SERIES_MAX = 2_000;

    private static final double MILLIS_PER_SECOND = 1_000;
    private static final double[] DURATION = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };
    private static final double[] FIRST_TOKEN = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
    };
    private static final double[] PER_TOKEN = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5};
    private static final double[] TOKENS = {
        1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864
    };
    private static final double[] OVERHEAD = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1};

    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> tokens = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> durations = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> firstTokens = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> perToken = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> usage = new ConcurrentSkipListMap<>();
    private final Histogram overhead = new Histogram(OVERHEAD);
    private final Map<Series, Labels> known = new ConcurrentHashMap<>();

    /** What a request is counted under. */
    private record Series(String operation, String model, String key, String upstream) {}

    /** The same as text, made once. */
    private record Labels(String caller, String model) {}

    /** A request has ended. */
    void add(CallFacts facts) {
        Labels labels = labels(facts);
        String outcome = PrometheusText.labels("status", String.valueOf(facts.status()), "ended_by", facts.endWord());
        count(requests, labels.caller() + "," + outcome, 1);
        overhead.add(facts.overheadMillis() / MILLIS_PER_SECOND);
        if (facts.upstream().isEmpty()) {
            return;
        }
        String model = labels.model();
        String failed = facts.error().isEmpty()
                ? model
                : model + ","
                        + PrometheusText.labels(
                                "error_type", facts.error().get().split(" ", 2)[0]);
        add(durations, failed, DURATION, facts.totalMillis());
        Optional<Double> first = facts.firstTokenMillis();
        first.ifPresent(millis -> add(firstTokens, model, FIRST_TOKEN, millis));
        facts.usage().ifPresent(cost -> {
            addUsage(labels, cost);
            if (first.isPresent() && cost.completionTokens() > 1) {
                double millis = (facts.totalMillis() - first.get()) / (cost.completionTokens() - 1);
                add(perToken, model, PER_TOKEN, millis);
            }
        });
    }

    private void addUsage(Labels labels, AnswerChunk.Usage cost) {
        count(tokens, labels.caller() + ",type=\"prompt\"", cost.promptTokens());
        count(tokens, labels.caller() + ",type=\"cached\"", cost.cachedTokens().orElse(0L));
        count(tokens, labels.caller() + ",type=\"completion\"", cost.completionTokens());
        histogram(usage, labels.model() + ",gen_ai_token_type=\"input\"", TOKENS)
                .add(cost.promptTokens());
        histogram(usage, labels.model() + ",gen_ai_token_type=\"output\"", TOKENS)
                .add(cost.completionTokens());
    }

    private Labels labels(CallFacts facts) {
        // Only what a server took is surely the name of a model.
        String model = facts.upstream().isEmpty() ? "" : facts.model().orElse("");
        String key = facts.caller().map(caller -> caller.key().id()).orElse("");
        var series =
                new Series(operation(facts.path()), model, key, facts.upstream().orElse(""));
        Labels labels = known.get(series);
        if (labels != null) {
            return labels;
        }
        return known.size() < SERIES_MAX
                ? known.computeIfAbsent(series, CallFigures::text)
                : text(new Series(series.operation(), "other", key, series.upstream()));
    }

    private static Labels text(Series series) {
        return new Labels(
                PrometheusText.labels("model", series.model(), "key", series.key(), "operation", series.operation()),
                PrometheusText.labels(
                        "gen_ai_operation_name",
                        series.operation(),
                        "gen_ai_request_model",
                        series.model(),
                        "upstream",
                        series.upstream()));
    }

    private static String operation(String path) {
        return switch (path) {
            case "/v1/chat/completions", "/v1/responses", "/v1/messages" -> "chat";
            case "/v1/completions" -> "text_completion";
            case "/v1/embeddings" -> "embeddings";
            default -> "";
        };
    }

    private static void count(Map<String, LongAdder> counters, String labels, long more) {
        LongAdder counter = counters.get(labels);
        (counter == null ? counters.computeIfAbsent(labels, _ -> new LongAdder()) : counter).add(more);
    }

    private static void add(Map<String, Histogram> histograms, String labels, double[] bounds, double millis) {
        histogram(histograms, labels, bounds).add(millis / MILLIS_PER_SECOND);
    }

    private static Histogram histogram(Map<String, Histogram> histograms, String labels, double[] bounds) {
        Supplier<Histogram> created = () -> histograms.computeIfAbsent(labels, _ -> new Histogram(bounds));
        return Optional.ofNullable(histograms.get(labels)).orElseGet(created);
    }

    void write(PrometheusText out) {
        out.family("llamero_requests_total", "counter", "Requests that have ended, by what became of them.");
        requests.forEach((labels, count) -> out.sample("llamero_requests_total", labels, count.sum()));
        out.family("llamero_tokens_total", "counter", "Tokens that model servers have reported.");
        tokens.forEach((labels, count) -> out.sample("llamero_tokens_total", labels, count.sum()));
        out.histograms(
                "llamero_overhead_seconds", "Time that the proxy itself took for a request.", Map.of("", overhead));
        out.histograms(
                "gen_ai_client_operation_duration_seconds",
                "From the request's arrival to the end of its answer.",
                durations);
        out.histograms(
                "gen_ai_server_time_to_first_token_seconds",
                "From the request's arrival to its first token.",
                firstTokens);
        out.histograms(
                "gen_ai_server_time_per_output_token_seconds",
                "Between two tokens of an answer, on average.",
                perToken);
        out.histograms("gen_ai_client_token_usage", "Tokens of a request's prompt and answer.", usage);
    }
}
