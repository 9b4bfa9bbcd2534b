package dev.llamero.proxy.figures;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** How values are spread over fixed bounds. Any number of threads; a value costs two additions. */
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** @param bounds upper bounds, rising; what is above the last one counts too */
    public Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** Counts one value. */
    public void add(double value) {
        int at = 0;
        while (at < bounds.length && value > bounds[at]) {
            at++;
        }
        counts[at].increment();
        sum.add(value);
    }

    /** Writes its lines: cumulative buckets, sum and count. */
    void write(PrometheusText out, String name, String labels) {
        String more = labels.isEmpty() ? "" : labels + ",";
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i].sum();
            String bound = i < bounds.length ? PrometheusText.number(bounds[i]) : "+Inf";
            out.sample(name + "_bucket", more + "le=\"" + bound + "\"", count);
        }
        out.sample(name + "_sum", labels, sum.sum());
        out.sample(name + "_count", labels, count);
    }
}
