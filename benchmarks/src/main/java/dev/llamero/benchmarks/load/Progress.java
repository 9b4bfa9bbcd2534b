package dev.llamero.benchmarks.load;

import java.io.PrintStream;
import java.time.Duration;

/**
 * How far a long run is. A bar that rewrites itself on a terminal; a line at each tenth elsewhere, so that logs stay
 * short. Safe for many threads.
 */
public final class Progress {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean terminal;
    private final int steps;
    private final long began = System.nanoTime();
    private int done;

    /**
     * @param terminal whether a line may be written over
     * @param steps in all
     */
    public Progress(PrintStream out, boolean terminal, int steps) {
        this.out = out;
        this.terminal = terminal;
        this.steps = Math.max(1, steps);
    }

    /** One step begins. */
    public synchronized void at(String what) {
        if (terminal) {
            int filled = done * WIDTH / steps;
            out.print("\r\033[K[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + done + "/" + steps + " "
                    + clock() + " " + what);
            out.flush();
        }
    }

    /** So many steps are over. */
    public synchronized void advance(int count) {
        int before = 10 * done / steps;
        done = Math.min(steps, done + count);
        if (!terminal && 10 * done / steps > before) {
            out.println(100 * done / steps + " % after " + clock());
        }
    }

    /** Clears the bar, so that other output stands on its own line. */
    public synchronized void pause() {
        if (terminal) {
            out.print("\r\033[K");
            out.flush();
        }
    }

    private String clock() {
        Duration time = Duration.ofNanos(System.nanoTime() - began);
        return String.format("%d:%02d", time.toMinutes(), time.toSecondsPart());
    }
}
