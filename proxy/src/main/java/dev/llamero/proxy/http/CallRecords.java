package dev.llamero.proxy.http;

import dev.llamero.proxy.figures.PrometheusText;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * What is kept of each request: figures, counted at once, and the access line, which a thread of its own writes, so
 * that a slow disk delays no answer. If lines come faster than they can be written, some are left out, and the log says
 * how many. Any number of threads; owned by the server.
 */
public final class CallRecords implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CallRecords.class.getName());

    /** A second or two of the fastest traffic; a few megabytes. */
    private static final int LINES_MAX = 8_192;

    /** Ends the writer. */
    private static final CallFacts LAST = new CallFacts("", null, "", "");

    private static final Duration LAST_LINES = Duration.ofSeconds(2);

    private final Consumer<String> lines;
    private final ArrayBlockingQueue<CallFacts> waiting = new ArrayBlockingQueue<>(LINES_MAX);
    private final LongAdder lost = new LongAdder();
    private final CallFigures figures = new CallFigures();
    private final Thread writer;

    /** @param lines takes one line of JSON per request, from one thread */
    public CallRecords(Consumer<String> lines) {
        this.lines = lines;
        // Not a virtual one: writing to a file would hold a carrier thread that requests need.
        this.writer = Thread.ofPlatform().name("access-log").daemon().start(this::write);
    }

    /** A request has ended; nothing about it changes any more. */
    void ended(CallFacts facts) {
        facts.finish();
        figures.add(facts);
        if (!waiting.offer(facts)) {
            lost.increment();
        }
    }

    private void write() {
        long told = 0;
        try {
            for (CallFacts facts = waiting.take(); facts != LAST; facts = waiting.take()) {
                writeLine(facts);
                long now = lost.sum();
                if (now > told && waiting.isEmpty()) {
                    LOG.log(System.Logger.Level.WARNING, (now - told) + " access lines were lost: the log is too slow");
                    told = now;
                }
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "no more access lines");
        }
    }

    private void writeLine(CallFacts facts) {
        try {
            lines.accept(AccessLine.of(facts));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "an access line was not written", e);
        }
    }

    void write(PrometheusText out) {
        figures.write(out);
        out.family("llamero_access_lines_lost_total", "counter", "Access lines that could not be written in time.")
                .sample("llamero_access_lines_lost_total", "", lost.sum());
    }

    /** Writes what still waits, for a moment at most. */
    @Override
    public void close() {
        try {
            boolean told = waiting.offer(LAST, LAST_LINES.toMillis(), TimeUnit.MILLISECONDS);
            if (!told || !writer.join(LAST_LINES)) {
                writer.interrupt();
            }
        } catch (InterruptedException e) {
            writer.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
