package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.Setup;
import dev.llamero.benchmarks.servers.Setup.ModelRole;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** All workloads, in the order of a full run: those that share a set-up of the servers follow each other. */
final class Workloads {
    private static final int CONTEXT = 8192;
    private static final Setup EIGHT = new Setup(ModelRole.MAIN, 8, CONTEXT, false, false);
    private static final Setup EIGHT_FRESH = new Setup(ModelRole.MAIN, 8, CONTEXT, false, true);
    private static final Setup FOUR = new Setup(ModelRole.MAIN, 4, CONTEXT, false, false);
    private static final Setup FOUR_LIMITED = new Setup(ModelRole.MAIN, 4, CONTEXT, true, false);
    /** The tiny model was trained for fewer tokens. */
    private static final Setup TINY = new Setup(ModelRole.TINY, 8, 2048, false, false);

    private Workloads() {}

    static List<Workload> all() {
        return Stream.of(streams(), shared(), disturbances(), chats())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Workload> streams() {
        return List.of(
                new Workload(
                        "first-token",
                        "eight new prompts of 32 tokens one after the other on a warm server, which has answered 64"
                                + " like them: median time to first token",
                        EIGHT,
                        12,
                        8,
                        false,
                        List.of(Metric.millis("")),
                        SingleStream::firstToken),
                new Workload(
                        "w1-single",
                        "a new prompt of 512 tokens, 128 out, one client: output tokens per second after the first",
                        EIGHT,
                        8,
                        1,
                        false,
                        List.of(Metric.rate("")),
                        SingleStream::decode),
                new Workload(
                        "eight-streams",
                        "eight new prompts of 32 tokens at once, 64 out each: output tokens of all, per second from"
                                + " the first request to the last token",
                        EIGHT,
                        6,
                        1,
                        false,
                        List.of(Metric.rate("")),
                        ManyStreams::eight),
                new Workload(
                        "w2-arrivals",
                        "16 requests that arrive at random (Poisson, one per second), prompts of 16 to 1000 tokens,"
                                + " answers of 16 to 160: time to first token, mean time per output token, and requests"
                                + " per second that stay within 2000 ms and 100 ms",
                        EIGHT,
                        3,
                        0,
                        false,
                        Arrivals.METRICS,
                        Arrivals::begin),
                new Workload(
                        "w8-prefill",
                        "new prompts of 1K, 2K and 4K tokens: prompt tokens per second until the first token",
                        EIGHT,
                        3,
                        0,
                        false,
                        PromptLengths.METRICS,
                        PromptLengths::begin),
                new Workload(
                        "w9-repeat",
                        "repeat a text of 600 tokens: output tokens per second after the first, and runs of the model"
                                + " per token as the server counts them",
                        EIGHT,
                        4,
                        1,
                        false,
                        Repeat.METRICS,
                        Repeat::begin));
    }

    private static List<Workload> shared() {
        return List.of(new Workload(
                "w3-shared-prefix",
                "eight clients at once with 2048 new tokens in common and 128 of their own: mean time to first token",
                EIGHT_FRESH,
                3,
                0,
                false,
                List.of(Metric.millis("")),
                ManyStreams::sharedPrefix));
    }

    private static List<Workload> disturbances() {
        return List.of(
                new Workload(
                        "w5-mixed",
                        "three streams decode when a prompt of 4K tokens arrives: 99th percentile of the gaps between"
                                + " their tokens that lie in the time until its first token, its time to first token,"
                                + " output tokens of all per second, and the longest time that any of the streams gave"
                                + " nothing",
                        EIGHT,
                        4,
                        0,
                        false,
                        LongAmongStreams.METRICS,
                        LongAmongStreams::begin),
                new Workload(
                        "w7-cancel",
                        "a prompt of 4K tokens is dropped by its client after 0.5 s: time to first token of the next"
                                + " one, of 32 tokens",
                        EIGHT,
                        5,
                        0,
                        false,
                        List.of(Metric.millis("")),
                        Cancel::begin),
                new Workload(
                        "w6-restart",
                        "a chat of about 800 tokens, the server ends and starts: time to first token of the next turn,"
                                + " sent once it says that it is ready",
                        EIGHT,
                        3,
                        0,
                        true,
                        List.of(Metric.millis("")),
                        Restart::begin));
    }

    private static List<Workload> chats() {
        String about = "eight chats of 3000 to 3600 tokens in turns on four slots: median time to first token from the"
                + " second turn on";
        return List.of(
                new Workload("w4-turns", about, FOUR, 2, 0, false, Turns.METRICS, Turns::begin),
                new Workload(
                        "w4-turns-limited",
                        about + ", with 150 MB of memory for idle chats",
                        FOUR_LIMITED,
                        2,
                        0,
                        false,
                        Turns.METRICS,
                        Turns::begin),
                new Workload(
                        "first-token-tiny",
                        "eight new prompts of 32 tokens one after the other to a model of a few million weights on a"
                                + " warm server, which has answered 200 like them: median time to first token, which"
                                + " is the server's own work",
                        TINY,
                        20,
                        25,
                        false,
                        List.of(Metric.millis("")),
                        SingleStream::firstToken));
    }

    /**
     * Those that are named, or begin with a name; "all" for all.
     *
     * @throws IllegalArgumentException if a name fits none
     */
    static List<Workload> named(String names) {
        List<String> wanted = Arrays.asList(names.split(","));
        for (String name : wanted) {
            if (!name.equals("all") && all().stream().noneMatch(each -> fits(each, name))) {
                throw new IllegalArgumentException("there is no workload " + name + "; there are "
                        + String.join(", ", all().stream().map(Workload::name).toList()));
            }
        }
        return all().stream()
                .filter(each -> wanted.contains("all") || wanted.stream().anyMatch(name -> fits(each, name)))
                .toList();
    }

    /** An exact name is that workload alone; the beginning before a dash is all that begin so. */
    private static boolean fits(Workload workload, String name) {
        return workload.name().equals(name)
                || name.matches("w[1-9]") && workload.name().startsWith(name + "-");
    }
}
