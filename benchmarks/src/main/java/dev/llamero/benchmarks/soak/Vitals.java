package dev.llamero.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * What a server holds while nothing is asked and no model is loaded.
 *
 * @param threads of its processes
 * @param residentBytes in main memory
 */
record Vitals(int threads, long residentBytes) {
    private static final long MIB = 1 << 20;
    /** Pools of the JVM come and go; a leak of one thread in a hundred requests is far more. */
    private static final int THREADS_ALLOWED = 6;

    /** Reads them; may wait until the server has come to rest. */
    @FunctionalInterface
    interface Signs {
        Vitals read() throws java.io.IOException, InterruptedException;
    }

    /**
     * What has grown beyond measure since an earlier reading, in sentences; empty if nothing has.
     *
     * @param bytesAllowed growth that is no leak, such as compiled code
     */
    List<String> missingSince(Vitals before, long bytesAllowed) {
        var findings = new ArrayList<String>();
        if (threads > before.threads() + THREADS_ALLOWED) {
            findings.add("threads: " + before.threads() + " at first, " + threads + " at the end");
        }
        if (residentBytes > before.residentBytes() + bytesAllowed) {
            findings.add("memory: " + before.residentBytes() / MIB + " MiB at first, " + residentBytes / MIB
                    + " MiB at the end, with no model loaded");
        }
        return findings;
    }

    @Override
    public String toString() {
        return threads + " threads, " + residentBytes / MIB + " MiB";
    }
}
