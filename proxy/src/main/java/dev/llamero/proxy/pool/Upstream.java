package dev.llamero.proxy.pool;

import dev.llamero.dialects.UpstreamKind;
import dev.llamero.proxy.upstream.UpstreamClient;
import dev.llamero.proxy.upstream.UpstreamException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One model server at run time: its connections, its state, what it serves. It outlives a change of the settings that
 * does not touch it. Any number of threads; one virtual thread of its own asks for its list now and then.
 */
public final class Upstream implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Upstream.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final double NANOS_PER_MILLI = 1e6;

    private final UpstreamSpec spec;
    private final UpstreamClient client;
    private final ServerQuestions questions;
    private final Breaker breaker;
    private final Duration healthInterval;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final ReentrantLock asking = new ReentrantLock();
    private final Thread watcher;
    private volatile UpstreamKind kind;
    private volatile Listing listing = Listing.UNKNOWN;
    private volatile Health health = Health.UNKNOWN;
    private volatile long askedNanos;
    private volatile boolean asked;

    Upstream(UpstreamSpec spec, Duration healthInterval, Breaker breaker) {
        this.spec = spec;
        this.client = new UpstreamClient(spec.address(), spec.label(), spec.apiKey());
        this.questions = new ServerQuestions(client, PATIENCE);
        this.breaker = breaker;
        this.healthInterval = healthInterval;
        this.kind = spec.kind().orElse(null);
        this.watcher = Thread.ofVirtual().name("health-" + spec.name()).start(this::watchHealth);
    }

    /** What the settings say of it. */
    public UpstreamSpec spec() {
        return spec;
    }

    /** The way to it. */
    public UpstreamClient client() {
        return client;
    }

    /** The API it speaks, if that is known yet. */
    public Optional<UpstreamKind> knownKind() {
        return Optional.ofNullable(kind);
    }

    /**
     * The API it speaks, found out now if it is not known.
     *
     * @throws UpstreamException if it does not answer
     */
    public UpstreamKind kind() {
        if (kind == null) {
            kind = kindOf(questions.ollamaVersion());
        }
        return kind;
    }

    /** What was last found out about it. */
    public Health health() {
        return health;
    }

    /** The models that it serves for callers, as far as that is known; {@code *} for any. */
    public List<String> models() {
        return spec.models().isEmpty() ? listing.models().names() : spec.models();
    }

    /** Calls under way. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Calls so far. */
    public long calls() {
        return calls.sum();
    }

    /** Calls so far that failed by its fault. */
    public long failures() {
        return failures.sum();
    }

    /** Whether it is left alone: closed, open or half_open. */
    public String breakerState() {
        return breaker.state().name().toLowerCase(java.util.Locale.ROOT);
    }

    Breaker breaker() {
        return breaker;
    }

    Listing listing() {
        return listing;
    }

    /** Whether it is known what it serves. */
    boolean isListed() {
        return listing.complete() || !spec.models().isEmpty();
    }

    boolean isFull() {
        return spec.concurrentMax() > 0 && inFlight.get() >= spec.concurrentMax();
    }

    /** Takes a place, if there is one. */
    boolean enter() {
        if (spec.concurrentMax() == 0) {
            inFlight.incrementAndGet();
            calls.increment();
            return true;
        }
        int now = inFlight.get();
        while (now < spec.concurrentMax()) {
            if (inFlight.compareAndSet(now, now + 1)) {
                calls.increment();
                return true;
            }
            now = inFlight.get();
        }
        return false;
    }

    void leave() {
        inFlight.decrementAndGet();
    }

    void failed() {
        failures.increment();
        breaker.failed();
    }

    /** Asks for its list, unless it was asked less than this time ago. Callers at once share one question. */
    void refresh(Duration age) {
        asking.lock();
        try {
            if (!asked || System.nanoTime() - askedNanos >= age.toNanos()) {
                askNow();
            }
        } finally {
            asking.unlock();
        }
    }

    /**
     * Asks for its list, unless it was asked after this moment. What is asked comes so long after the question before
     * that a flood of callers is none for the server.
     *
     * @param momentNanos of {@link System#nanoTime}
     */
    void refreshSince(long momentNanos, Duration spacing) throws InterruptedException {
        asking.lockInterruptibly();
        try {
            if (asked && askedNanos - momentNanos >= 0) {
                return;
            }
            if (asked) {
                TimeUnit.NANOSECONDS.sleep(askedNanos + spacing.toNanos() - System.nanoTime());
            }
            askNow();
        } finally {
            asking.unlock();
        }
    }

    private void askNow() {
        long now = System.nanoTime();
        health = ask();
        askedNanos = now;
        asked = true;
    }

    private static UpstreamKind kindOf(String ollamaVersion) {
        return ollamaVersion.isEmpty() ? UpstreamKind.OPENAI : UpstreamKind.OLLAMA;
    }

    private Health ask() {
        boolean wasUp = health.up();
        long start = System.nanoTime();
        try {
            boolean mayBeOllama = spec.kind().orElse(UpstreamKind.OLLAMA) == UpstreamKind.OLLAMA;
            String version = mayBeOllama ? questions.ollamaVersion() : "";
            // Asked each time: another server may have taken the port.
            kind = spec.kind().orElseGet(() -> kindOf(version));
            listing = questions.models(kind);
            if (!wasUp) {
                LOG.log(System.Logger.Level.INFO, client.label() + " answers again");
                breaker.shortenPause();
            }
            double millis = Math.round((System.nanoTime() - start) / NANOS_PER_MILLI * 100) / 100.0;
            return new Health(true, "", version, millis);
        } catch (UpstreamException e) {
            if (wasUp) {
                LOG.log(System.Logger.Level.WARNING, e.getMessage());
            }
            return Health.down(e.getMessage());
        }
    }

    private void watchHealth() {
        try {
            while (true) {
                refresh(Duration.ZERO);
                // Give or take a fifth, so that several proxies do not ask in step.
                double factor = 0.8 + 0.4 * ThreadLocalRandom.current().nextDouble();
                Thread.sleep(Duration.ofNanos((long) (healthInterval.toNanos() * factor)));
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "no more questions to " + spec.name());
        }
    }

    /** Ends the questions and closes idle connections; calls under way go on. */
    @Override
    public void close() {
        watcher.interrupt();
        client.close();
    }
}
