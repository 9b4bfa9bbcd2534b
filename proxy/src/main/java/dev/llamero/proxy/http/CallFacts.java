package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerChunk;
import dev.llamero.proxy.callers.Caller;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What is known of one request, written down once as it becomes known: the access line, figures and headers all read
 * here. Never the prompt, never the answer. Belongs to the request's thread; {@link #endedBy} may also come from the
 * thread that saw the caller leave.
 */
final class CallFacts {
    /** As nginx calls it; only ever seen in the log. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private static final double NANOS_PER_MILLI = 1e6;

    private final long startNanos = System.nanoTime();
    private final AtomicReference<End> end = new AtomicReference<>();
    private final String id;
    private final String method;
    private final String path;
    private final TraceContext trace;
    private Caller caller;
    private String model;
    private boolean stream;
    private String upstream;
    private long queuedMillis;
    private Optional<QueuePlace> place = Optional.empty();
    private int retries;
    private boolean begun;
    private int status;
    private long waitedNanos;
    private long endNanos;
    private long headNanos;
    private long firstTokenNanos;
    private Optional<AnswerChunk.Usage> usage = Optional.empty();
    private Optional<Duration> retryAfter = Optional.empty();
    private String error;

    CallFacts(String id, TraceContext trace, String method, String path) {
        this.trace = trace;
        this.id = id;
        this.method = method;
        this.path = path;
    }

    /** Who ended a request. */
    enum End {
        /** It was answered whole. */
        DONE,
        /** The caller left. */
        CLIENT,
        /** The model server refused, broke off or was not there. */
        UPSTREAM,
        /** The proxy refused it. */
        PROXY,
        /** A limit of the caller's key: refused, or cut at its budget. */
        LIMIT,
        /** A deadline passed. */
        DEADLINE,
        /** The proxy was stopped. */
        SHUTDOWN
    }

    String id() {
        return id;
    }

    TraceContext trace() {
        return trace;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    /** Whose key was shown. */
    void calledBy(Caller who) {
        caller = who;
    }

    /** Empty where no key is needed, or none was shown that is right. */
    Optional<Caller> caller() {
        return Optional.ofNullable(caller);
    }

    /** What the caller asked for. */
    void asks(String name, boolean streamed) {
        model = name;
        stream = streamed;
    }

    Optional<String> model() {
        return Optional.ofNullable(model);
    }

    boolean stream() {
        return stream;
    }

    /** The server that has the request now, and how long it waited for a place there. */
    void sentTo(String name, long waitedMillis) {
        upstream = name;
        queuedMillis += waitedMillis;
    }

    Optional<String> upstream() {
        return Optional.ofNullable(upstream);
    }

    long queuedMillis() {
        return queuedMillis;
    }

    /** Its place in the line of the server that answers. */
    void place(Optional<QueuePlace> told) {
        place = told;
    }

    Optional<QueuePlace> place() {
        return place;
    }

    /** Another server is tried. */
    void retried() {
        retries++;
        headNanos = 0;
    }

    int retries() {
        return retries;
    }

    /** From now on no other server may answer: something of this answer is on its way to the caller. */
    void begun() {
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    void status(int code) {
        status = code;
    }

    int status() {
        return status;
    }

    /** Time that the caller or a model server took, and this proxy waited. */
    void waited(long nanos) {
        waitedNanos += nanos;
    }

    /** The model server began to answer. */
    void upstreamHead() {
        headNanos = System.nanoTime();
    }

    /** The first piece of the answer came; later calls change nothing. */
    void firstToken() {
        if (firstTokenNanos == 0) {
            firstTokenNanos = System.nanoTime();
        }
    }

    void usage(AnswerChunk.Usage cost) {
        usage = Optional.of(cost);
    }

    Optional<AnswerChunk.Usage> usage() {
        return usage;
    }

    /** When the caller may try again. */
    void retryAfter(Duration wait) {
        retryAfter = Optional.of(wait);
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** The first who ends a request has ended it. */
    void endedBy(End who) {
        end.compareAndSet(null, who);
    }

    /** The client left before the end reached it, whatever was thought before. */
    void left() {
        status = CLIENT_CLOSED_REQUEST;
        end.set(End.CLIENT);
    }

    boolean isEndedBy(End who) {
        return end.get() == who;
    }

    /** The same as a word, for the log and figures. */
    String endWord() {
        return ended().orElse(End.DONE).name().toLowerCase(Locale.ROOT);
    }

    Optional<End> ended() {
        return Optional.ofNullable(end.get());
    }

    void error(String code) {
        error = code;
    }

    Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** Milliseconds until the model server's head came; empty if it did not. */
    Optional<Double> headMillis() {
        return headNanos == 0 ? Optional.empty() : Optional.of(millis(headNanos));
    }

    /** Milliseconds until the first piece of the answer; empty if none came. */
    Optional<Double> firstTokenMillis() {
        return firstTokenNanos == 0 ? Optional.empty() : Optional.of(millis(firstTokenNanos));
    }

    /** It is over: from now on times do not grow. */
    void finish() {
        endNanos = System.nanoTime();
    }

    /** Milliseconds so far. */
    double totalMillis() {
        return millis(now());
    }

    /** Milliseconds so far that were neither waiting for the caller, nor for a place, nor for a model server. */
    double overheadMillis() {
        return Math.max(0, (now() - startNanos - waitedNanos) / NANOS_PER_MILLI - queuedMillis);
    }

    String overheadText() {
        return decimal(overheadMillis(), 100);
    }

    /** Value of a Server-Timing header: milliseconds in line, to the server's head, to the first piece, and in all. */
    String serverTiming() {
        double total = totalMillis();
        var text = new StringBuilder(64);
        if (queuedMillis > 0) {
            text.append("queue;dur=").append(queuedMillis).append(", ");
        }
        headMillis()
                .ifPresent(millis ->
                        text.append("head;dur=").append(decimal(millis, 10)).append(", "));
        return text.append("first;dur=")
                .append(decimal(firstTokenMillis().orElse(total), 10))
                .append(", total;dur=")
                .append(decimal(total, 10))
                .toString();
    }

    /** A format string would cost more than the rest of the header. */
    private static String decimal(double millis, int parts) {
        long units = Math.round(millis * parts);
        String rest = String.valueOf(units % parts);
        return units / parts + "." + "0".repeat(String.valueOf(parts).length() - 1 - rest.length()) + rest;
    }

    private long now() {
        return endNanos == 0 ? System.nanoTime() : endNanos;
    }

    private double millis(long nanos) {
        return (nanos - startNanos) / NANOS_PER_MILLI;
    }
}
