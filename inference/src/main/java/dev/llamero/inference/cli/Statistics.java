package dev.llamero.inference.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** What {@code --verbose} prints, from the last object of an answer. */
record Statistics(Reply last) {
    void print(PrintWriter out) {
        duration(out, "total duration:", last.number("total_duration"));
        duration(out, "load duration:", last.number("load_duration"));
        tokens(out, "prompt eval", last.number("prompt_eval_count"), last.number("prompt_eval_duration"));
        tokens(out, "eval", last.number("eval_count"), last.number("eval_duration"));
        out.flush();
    }

    private static void tokens(PrintWriter out, String name, long count, long nanos) {
        if (count > 0) {
            line(out, name + " count:", count + " token(s)");
        }
        duration(out, name + " duration:", nanos);
        if (count > 0 && nanos > 0) {
            line(out, name + " rate:", String.format(Locale.ROOT, "%.2f tokens/s", count * 1e9 / nanos));
        }
    }

    private static void duration(PrintWriter out, String name, long nanos) {
        if (nanos > 0) {
            line(out, name, HumanText.duration(nanos));
        }
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println(String.format(Locale.ROOT, "%-21s %s", name, value));
    }
}
