package dev.llamero.inference.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Turns in the terminal while a model is loaded and reads the prompt. A thread of its own turns it. */
final class Spinner implements AutoCloseable {
    private static final String FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static final long FRAME_MILLIS = 100;
    private static final String CLEAR = "\r\033[K";

    private final CountDownLatch closed = new CountDownLatch(1);
    private final PrintWriter out;
    private final Thread thread;

    private Spinner(PrintWriter out, boolean shown) {
        this.out = out;
        this.thread = shown ? Thread.ofVirtual().name("spinner").start(this::turn) : null;
    }

    /** @param shown false where nobody sees it: then nothing is written */
    static Spinner start(PrintWriter out, boolean shown) {
        return new Spinner(out, shown);
    }

    private void turn() {
        try {
            // What is answered at once is not worth a flicker.
            for (int frame = 0; !closed.await(FRAME_MILLIS, TimeUnit.MILLISECONDS); frame++) {
                out.print(CLEAR + FRAMES.charAt(frame % FRAMES.length()) + " ");
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Wipes it away; again: no effect. */
    void stop() {
        if (thread == null || closed.getCount() == 0) {
            return;
        }
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.print(CLEAR);
        out.flush();
    }
}
