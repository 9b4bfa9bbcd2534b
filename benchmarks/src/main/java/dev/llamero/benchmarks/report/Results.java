package dev.llamero.benchmarks.report;

import java.util.List;
import java.util.Map;

/**
 * All of one run, as {@code results.json} holds it.
 *
 * @param started when, in ISO 8601 and UTC
 * @param command the arguments that made it
 * @param quick whether workloads were cut short; such figures only show that everything runs
 * @param seed of all prompts
 * @param machine what ran it
 * @param servers in the order of the table; ratios refer to the first
 * @param workloads in the order in which they ran
 */
public record Results(
        String started,
        String command,
        boolean quick,
        long seed,
        Map<String, String> machine,
        List<ServerInfo> servers,
        List<WorkloadResult> workloads) {

    /**
     * A server that took part.
     *
     * @param version as it tells, or empty
     * @param settings how it was started, without folders
     */
    public record ServerInfo(String name, String kind, String version, String settings) {}

    /**
     * One workload.
     *
     * @param name as on the command line
     * @param about what is asked and measured
     * @param setup slots, context, model
     * @param figures what is compared
     * @param usage processor and memory, per server
     * @param requests every answer, per server
     * @param timelines of inter-token latency, per server, where the workload has one
     * @param notes what a reader must know
     */
    public record WorkloadResult(
            String name,
            String about,
            String setup,
            List<Figure> figures,
            Map<String, Usage> usage,
            Map<String, List<Request>> requests,
            Map<String, Timeline> timelines,
            List<String> notes) {}

    /**
     * One measure.
     *
     * @param name empty where the workload has only this one
     * @param rounds the value of each round, per server; null where a server did not tell
     */
    public record Figure(String name, String unit, boolean higherIsBetter, Map<String, List<Double>> rounds) {
        /** Median over the rounds, NaN if the server has none. */
        public double median(String server) {
            return Statistics.median(values(server));
        }

        /** Ratios to another server, round by round. */
        public Statistics.Spread ratio(String server, String base) {
            return Statistics.pairedRatios(values(server), values(base));
        }

        private double[] values(String server) {
            return rounds.getOrDefault(server, List.of()).stream()
                    .mapToDouble(value -> value == null ? Double.NaN : value)
                    .toArray();
        }
    }

    /**
     * What a server's processes used.
     *
     * @param cpuSeconds per round, on average; 0 if its processes are not known
     * @param peakResidentBytes the most at any time in the workload; 0 if not known
     */
    public record Usage(double cpuSeconds, long peakResidentBytes) {}

    /**
     * One answer; times in milliseconds.
     *
     * @param round from 1
     * @param sentAt since the round began
     * @param gaps between pieces of text
     */
    public record Request(
            int round,
            double sentAt,
            double firstToken,
            double total,
            int promptTokens,
            int outputTokens,
            boolean dropped,
            List<Double> gaps) {}

    /**
     * Gaps of the streams of one round over its time, in milliseconds since the round began.
     *
     * @param points pairs of the time at which a piece came and the gap before it
     * @param from when the disturbance began
     * @param to when it ended
     */
    public record Timeline(List<double[]> points, double from, double to) {}
}
