package dev.llamero.inference.cli;

import java.io.PrintWriter;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Shows the steps of a long call: in a terminal the last one in place, elsewhere each on a line. Used by one thread.
 */
final class StepPrinter implements AutoCloseable {
    private static final String CLEAR = "\r\033[K";
    private static final UnaryOperator<String> WITHOUT_PERCENT =
            step -> Pattern.compile(" \\d+%$").matcher(step).replaceFirst("");

    private final PrintWriter out;
    private final boolean inPlace;
    private String last = "";

    StepPrinter(PrintWriter out, boolean inPlace) {
        this.out = out;
        this.inPlace = inPlace;
    }

    /** One step of the server. */
    void show(Reply reply) {
        long total = reply.number("total");
        String percent = total > 0 ? " " + 100 * reply.number("completed") / total + "%" : "";
        show(reply.text("status") + percent);
    }

    void show(String step) {
        if (step.equals(last)) {
            return;
        }
        boolean goesOn = WITHOUT_PERCENT.apply(step).equals(WITHOUT_PERCENT.apply(last));
        if (inPlace) {
            out.print((last.isEmpty() || goesOn ? "" : "\n") + CLEAR + step);
            out.flush();
        } else if (!goesOn) {
            out.println(WITHOUT_PERCENT.apply(step));
        }
        last = step;
    }

    @Override
    public void close() {
        if (inPlace && !last.isEmpty()) {
            out.println();
        }
    }
}
