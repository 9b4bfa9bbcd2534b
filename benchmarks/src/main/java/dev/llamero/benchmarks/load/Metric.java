package dev.llamero.benchmarks.load;

/**
 * A figure that a workload gives in every round.
 *
 * @param name empty where it is the only one
 */
record Metric(String name, String unit, boolean higherIsBetter) {
    static Metric rate(String name) {
        return new Metric(name, "tok/s", true);
    }

    static Metric millis(String name) {
        return new Metric(name, "ms", false);
    }
}
