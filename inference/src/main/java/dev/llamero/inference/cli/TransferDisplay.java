package dev.llamero.inference.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows the events of a pull, push or create: in a terminal a line per step and a bar per blob, drawn anew ten times a
 * second by a thread of its own; elsewhere plain lines, one per step and tenth of a blob.
 */
final class TransferDisplay implements AutoCloseable {
    private static final String FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static final long FRAME_MILLIS = 100;
    private static final int STEPS = 10;

    private final PrintWriter out;
    private final int width;
    private final Thread drawing;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Bars by digest and steps by their text, in the order of their coming. Guarded by this, like all below. */
    private final Map<String, TransferBar> lines = new LinkedHashMap<>();

    private String current = "";
    private int drawn;
    private int frame;

    private TransferDisplay(PrintWriter out, boolean terminal, int width) {
        this.out = out;
        this.width = width;
        this.drawing = terminal ? Thread.ofVirtual().name("transfer-display").start(this::draw) : null;
    }

    static TransferDisplay start(PrintWriter out, boolean terminal, int width) {
        return new TransferDisplay(out, terminal, width);
    }

    /** Takes the next event. */
    synchronized void accept(Reply reply) {
        String status = reply.text("status");
        String digest = reply.text("digest");
        if (digest.isEmpty()) {
            if (!status.equals(current)) {
                current = status;
                lines.put(status, null);
                plain(status);
            }
            return;
        }
        current = digest;
        TransferBar bar = lines.get(digest);
        if (bar == null) {
            bar = new TransferBar(status, reply.number("total"), reply.number("completed"), System.nanoTime());
            lines.put(digest, bar);
            plain(bar.plain());
            bar.set(reply.number("completed"), System.nanoTime());
            return;
        }
        int before = bar.percent() / STEPS;
        bar.set(reply.number("completed"), System.nanoTime());
        if (bar.percent() / STEPS > before) {
            plain(bar.plain());
        }
    }

    private void plain(String line) {
        if (drawing == null) {
            out.println(line);
            out.flush();
        }
    }

    private void draw() {
        try {
            while (!closed.await(FRAME_MILLIS, TimeUnit.MILLISECONDS)) {
                redraw(false);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void redraw(boolean last) {
        var text = new StringBuilder(drawn > 1 ? "\033[" + (drawn - 1) + "A" : "").append('\r');
        int left = lines.size();
        for (var line : lines.entrySet()) {
            left--;
            boolean turning = line.getKey().equals(current) && !last;
            text.append(
                    line.getValue() == null
                            ? line.getKey() + (turning ? " " + FRAMES.charAt(frame % FRAMES.length()) : "")
                            : line.getValue().text(width, System.nanoTime()));
            text.append("\033[K").append(left > 0 ? "\n" : "");
        }
        frame++;
        drawn = lines.size();
        out.print(text);
        out.flush();
    }

    @Override
    public void close() {
        stop();
    }

    /** Leaves the last picture standing; again: no effect. */
    void stop() {
        synchronized (this) {
            if (closed.getCount() == 0) {
                return;
            }
            closed.countDown();
        }
        if (drawing != null) {
            redraw(true);
            out.println();
            out.flush();
        }
    }
}
