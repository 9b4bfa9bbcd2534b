package dev.llamero.benchmarks.load;

import java.util.Arrays;

/** When the pieces of one answer came. One thread adds, others may wait for a number of them. */
final class Pieces {
    private long[] times = new long[256];
    private int count;

    synchronized void add(long now) {
        if (count == times.length) {
            times = Arrays.copyOf(times, 2 * count);
        }
        times[count++] = now;
        notifyAll();
    }

    synchronized int count() {
        return count;
    }

    synchronized long[] times() {
        return Arrays.copyOf(times, count);
    }

    /** Waits until so many have come, or the time is over; says whether they have. */
    synchronized boolean await(int wanted, long millisMax) throws InterruptedException {
        long deadline = System.nanoTime() + millisMax * 1_000_000;
        while (count < wanted) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
