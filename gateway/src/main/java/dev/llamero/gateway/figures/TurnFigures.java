package dev.llamero.gateway.figures;

import dev.llamero.gateway.chat.Turn;
import dev.llamero.gateway.chat.TurnState;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of all turns since the start, in Prometheus's text format, version 0.0.4. Any thread. No label is of a
 * person's making, so their number is bounded.
 */
public final class TurnFigures {
    private static final double MILLIS_PER_SECOND = 1000;
    /** Seconds; a first token takes from a tenth of a second to minutes on a CPU. */
    private static final double[] BOUNDS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};

    private final Map<TurnState, LongAdder> ended = new EnumMap<>(TurnState.class);
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder completionTokens = new LongAdder();
    private final Spread firstToken = new Spread();
    private final Spread total = new Spread();

    public TurnFigures() {
        for (TurnState state : TurnState.values()) {
            ended.put(state, new LongAdder());
        }
    }

    void count(Turn turn) {
        ended.get(turn.state()).increment();
        Turn.Statistics statistics = turn.statistics();
        promptTokens.add(Math.max(0, statistics.promptTokens()));
        completionTokens.add(Math.max(0, statistics.completionTokens()));
        if (statistics.firstTokenMillis() >= 0) {
            firstToken.add(statistics.firstTokenMillis() / MILLIS_PER_SECOND);
        }
        if (statistics.totalMillis() >= 0) {
            total.add(statistics.totalMillis() / MILLIS_PER_SECOND);
        }
    }

    /**
     * The page for Prometheus.
     *
     * @param now what stands at this moment
     */
    public String text(Now now) {
        var out = new StringBuilder(4096);
        family(out, "turns_total", "counter", "Turns that ended, by outcome.");
        ended.forEach((state, count) -> {
            if (state != TurnState.RUNNING) {
                sample(out, "turns_total{outcome=\"" + state.name().toLowerCase(Locale.ROOT) + "\"}", count.sum());
            }
        });
        single(out, "prompt_tokens_total", "counter", "Tokens of prompts.", promptTokens.sum());
        single(out, "completion_tokens_total", "counter", "Tokens of answers.", completionTokens.sum());
        firstToken.write(out, "first_token_seconds", "Time from the question to the first token.");
        total.write(out, "turn_seconds", "Time from the question to the end of the answer.");
        single(out, "turns_running", "gauge", "Turns that run now.", now.runningTurns());
        single(out, "sockets_open", "gauge", "Pages that are open now.", now.sockets());
        single(out, "heap_bytes", "gauge", "Memory of objects in use.", now.heapBytes());
        return out.toString();
    }

    /** What is measured when it is asked for. */
    public record Now(int runningTurns, int sockets, long heapBytes) {}

    private static void family(StringBuilder out, String name, String type, String help) {
        out.append("# HELP llamero_gateway_")
                .append(name)
                .append(' ')
                .append(help)
                .append('\n');
        out.append("# TYPE llamero_gateway_")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
    }

    private static void single(StringBuilder out, String name, String type, String help, long value) {
        family(out, name, type, help);
        sample(out, name, value);
    }

    private static void sample(StringBuilder out, String nameAndLabels, Number value) {
        out.append("llamero_gateway_")
                .append(nameAndLabels)
                .append(' ')
                .append(value)
                .append('\n');
    }

    /** A histogram. */
    private static final class Spread {
        private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
        private final DoubleAdder sum = new DoubleAdder();

        Spread() {
            for (int i = 0; i < counts.length; i++) {
                counts[i] = new LongAdder();
            }
        }

        void add(double seconds) {
            int at = 0;
            while (at < BOUNDS.length && seconds > BOUNDS[at]) {
                at++;
            }
            counts[at].increment();
            sum.add(seconds);
        }

        void write(StringBuilder out, String name, String help) {
            family(out, name, "histogram", help);
            long count = 0;
            for (int i = 0; i < counts.length; i++) {
                count += counts[i].sum();
                String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
                sample(out, name + "_bucket{le=\"" + bound + "\"}", count);
            }
            sample(out, name + "_sum", sum.sum());
            sample(out, name + "_count", count);
        }
    }
}
