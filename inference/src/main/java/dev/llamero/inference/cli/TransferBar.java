package dev.llamero.inference.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** One blob on its way: how much of it, how fast, how long still, laid out as Ollama does. One thread at a time. */
final class TransferBar {
    private static final int SAMPLES_MAX = 10;
    private static final long SAMPLE_NANOS = 1_000_000_000L;
    /** Two ends and a space at each. */
    private static final int FRAME_WIDTH = 5;

    private final String label;
    private final long total;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long completed;

    private record Sample(long nanos, long bytes) {}

    TransferBar(String status, long total, long completed, long nowNanos) {
        this.label = status + ":";
        this.total = total;
        this.completed = completed;
        samples.add(new Sample(nowNanos, completed));
    }

    void set(long bytes, long nowNanos) {
        completed = Math.min(bytes, total);
        if (nowNanos - samples.getLast().nanos() >= SAMPLE_NANOS) {
            samples.add(new Sample(nowNanos, completed));
            if (samples.size() > SAMPLES_MAX) {
                samples.removeFirst();
            }
        }
    }

    int percent() {
        return total <= 0 ? 0 : (int) (completed * 100.0 / total);
    }

    private boolean isDone() {
        return completed >= total;
    }

    /** Bytes per second over the last ten seconds; 0 while unknown. */
    private double rate() {
        long nanos = samples.getLast().nanos() - samples.getFirst().nanos();
        return nanos == 0 ? 0 : (samples.getLast().bytes() - samples.getFirst().bytes()) * 1e9 / nanos;
    }

    /** Without a bar, for files. */
    String plain() {
        return label + " " + percent() + "% of " + HumanText.size(total);
    }

    /** A line of this width. */
    String text(int width, long nowNanos) {
        String front = label + String.format(Locale.ROOT, " %3d%%", percent());
        String back;
        if (isDone()) {
            back = pad(HumanText.size(total), 6) + " ".repeat(25);
        } else {
            double rate = nowNanos - samples.getLast().nanos() > SAMPLES_MAX * SAMPLE_NANOS ? 0 : rate();
            back = pad(HumanText.size(completed), 6) + "/" + pad(HumanText.size(total), 6)
                    + (rate > 0
                            ? "  " + pad(HumanText.size((long) rate), 6) + "/s  " + pad(left(rate), 6)
                            : " ".repeat(18));
        }
        int room = Math.max(0, width - front.length() - back.length() - FRAME_WIDTH);
        int full = total <= 0 ? 0 : (int) (room * (completed / (double) total));
        return front + " ▕" + "█".repeat(full) + " ".repeat(room - full) + "▏ " + back;
    }

    private String left(double rate) {
        Duration time = Duration.ofSeconds((long) ((total - completed) / rate));
        if (time.toHours() >= 100) {
            return "99h+";
        }
        if (time.toHours() > 0) {
            return time.toHours() + "h" + time.toMinutesPart() + "m";
        }
        return time.toMinutes() > 0 ? time.toMinutes() + "m" + time.toSecondsPart() + "s" : time.toSeconds() + "s";
    }

    private static String pad(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
