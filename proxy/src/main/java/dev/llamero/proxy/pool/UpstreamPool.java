package dev.llamero.proxy.pool;

import dev.llamero.dialects.ModelList;
import dev.llamero.proxy.pool.UpstreamUnavailableException.Reason;
import dev.llamero.proxy.upstream.UpstreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The model servers as one snapshot of the settings names them. A request takes its places from the pool that it began
 * with, also when another has replaced it. Any number of threads; owned by the server, which closes the last one.
 */
public final class UpstreamPool implements AutoCloseable {
    /** A list that is younger is not asked for again, whatever is asked of it: the bound on questions per server. */
    private static final Duration FRESH = Duration.ofMillis(100);

    private final PoolSettings settings;
    private final List<Upstream> upstreams;
    private final WaitingLine line;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile ModelDirectory directory;

    /** Begins to ask the servers for their lists. */
    public UpstreamPool(PoolSettings settings) {
        this(
                settings,
                settings.upstreams().stream().map(spec -> start(spec, settings)).toList(),
                new WaitingLine());
    }

    private UpstreamPool(PoolSettings settings, List<Upstream> upstreams, WaitingLine line) {
        this.settings = settings;
        this.upstreams = List.copyOf(upstreams);
        this.line = line;
        this.directory = new ModelDirectory(upstreams, settings.aliases());
    }

    /** A pool by other settings. Servers that they do not touch keep connections, state and places. */
    public UpstreamPool with(PoolSettings next) {
        boolean sameWatch = next.healthInterval().equals(settings.healthInterval())
                && next.breakerPause().equals(settings.breakerPause())
                && next.breakerFailures() == settings.breakerFailures();
        var kept = new ArrayList<Upstream>();
        for (UpstreamSpec spec : next.upstreams()) {
            kept.add(upstreams.stream()
                    .filter(upstream -> sameWatch && upstream.spec().equals(spec))
                    .findFirst()
                    .orElseGet(() -> start(spec, next)));
        }
        return new UpstreamPool(next, kept, line);
    }

    /** Lets go of what the next pool does not hold. Calls under way are not touched. */
    public void replacedBy(UpstreamPool next) {
        upstreams.stream()
                .filter(upstream -> !next.upstreams.contains(upstream))
                .forEach(Upstream::close);
    }

    /** What it was made of. */
    public PoolSettings settings() {
        return settings;
    }

    /** The servers, in the order of the settings. */
    public List<Upstream> upstreams() {
        return upstreams;
    }

    /** How many requests wait for a place. */
    public int waiting() {
        return line.length();
    }

    /** Looks at all servers that were not looked at a moment ago. */
    public void refresh() {
        refresh(upstreams);
    }

    /**
     * The models of all servers, aliases last; lists that are not fresh are asked for first. Of a server that is down,
     * those that it had.
     *
     * @throws UpstreamException if nobody has ever given a list, and all are down
     */
    public ModelList models() {
        refresh(upstreams);
        ModelList served = directory().served();
        boolean allDown =
                upstreams.stream().noneMatch(upstream -> upstream.health().up());
        if (allDown && upstreams.stream().noneMatch(Upstream::isListed)) {
            throw new UpstreamException(
                    UpstreamException.Kind.UNREACHABLE,
                    upstreams.getFirst().health().error());
        }
        return served;
    }

    /**
     * The servers for a model.
     *
     * @throws UnknownModelException if none has it, by lists that were asked for after this call
     */
    Route route(String model) {
        Route route = directory().find(model);
        if (route != null) {
            return route;
        }
        long now = System.nanoTime();
        atOnce(
                upstreams.stream()
                        .filter(upstream -> upstream.spec().models().isEmpty())
                        .toList(),
                upstream -> upstream.refreshSince(now, FRESH));
        route = directory().find(model);
        if (route != null) {
            return route;
        }
        Route guess = directory().guess(model);
        if (guess.targets().isEmpty()) {
            throw new UnknownModelException(model, directory().near(model));
        }
        return guess;
    }

    /**
     * A place at the server for a model that has least to do, weighed; waits in line if all are full.
     *
     * @param tried servers that had their chance at this request
     * @return empty if all servers of the model were tried
     * @throws UnknownModelException if no server has the model
     * @throws UpstreamUnavailableException if none takes it now
     */
    public Optional<Lease> take(String model, Collection<Upstream> tried, Wait wait) {
        Route route = route(model);
        long start = System.nanoTime();
        // Who comes while others wait goes to the line's end, but where nobody waits for the same servers.
        Lease lease = line.length() == 0 ? tryTake(route, tried, start) : null;
        if (lease != null) {
            return Optional.of(lease);
        }
        List<Upstream> left = route.targets().stream()
                .map(Route.Target::upstream)
                .filter(upstream -> !tried.contains(upstream))
                .toList();
        if (left.isEmpty()) {
            return Optional.empty();
        }
        if (left.stream().noneMatch(upstream -> upstream.breaker().wouldPass())) {
            throw open(left);
        }
        return Optional.of(
                line.await(() -> tryTake(route, tried, start), wait, settings.queueMax(), settings.queueTimeout()));
    }

    private Lease tryTake(Route route, Collection<Upstream> tried, long startNanos) {
        for (Route.Target best = best(route, tried); best != null; best = best(route, tried)) {
            Upstream upstream = best.upstream();
            if (!upstream.enter()) {
                continue;
            }
            Breaker.Pass pass = upstream.breaker().tryPass();
            if (pass != Breaker.Pass.REFUSED) {
                return new Lease(
                        best,
                        pass == Breaker.Pass.PROBE,
                        route.targets().size() > 1,
                        line,
                        System.nanoTime() - startNanos);
            }
            upstream.leave();
        }
        return null;
    }

    /** The server with the fewest calls for its weight; those that are down by their last check come last. */
    private Route.Target best(Route route, Collection<Upstream> tried) {
        List<Route.Target> targets = route.targets();
        int count = targets.size();
        int first = count == 1 ? 0 : Math.floorMod(turn.getAndIncrement(), count);
        Route.Target best = null;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            Route.Target target = targets.get((first + i) % count);
            Upstream upstream = target.upstream();
            if (upstream.isFull() || !upstream.breaker().wouldPass() || tried.contains(upstream)) {
                continue;
            }
            double load = (upstream.inFlight() + 1.0) / upstream.spec().weight()
                    + (upstream.health().up() ? 0 : Integer.MAX_VALUE);
            if (load < least) {
                least = load;
                best = target;
            }
        }
        return best;
    }

    private ModelDirectory directory() {
        ModelDirectory current = directory;
        if (!current.isCurrent(upstreams)) {
            current = new ModelDirectory(upstreams, settings.aliases());
            directory = current;
        }
        return current;
    }

    private static void refresh(List<Upstream> upstreams) {
        atOnce(upstreams, upstream -> upstream.refresh(FRESH));
    }

    private interface Question {
        void ask(Upstream upstream) throws InterruptedException;
    }

    /** Asks the servers at once, each within its patience. */
    private static void atOnce(List<Upstream> upstreams, Question question) {
        try {
            if (upstreams.size() == 1) {
                question.ask(upstreams.getFirst());
                return;
            }
            List<Thread> asking = upstreams.stream()
                    .map(upstream -> Thread.ofVirtual().start(() -> {
                        try {
                            question.ask(upstream);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }))
                    .toList();
            for (Thread thread : asking) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static UpstreamUnavailableException open(List<Upstream> upstreams) {
        long nanos = upstreams.stream()
                .mapToLong(upstream -> upstream.breaker().waitNanos())
                .min()
                .orElse(0);
        long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + TimeUnit.SECONDS.toNanos(1) - 1));
        String what = String.join(
                "; ",
                upstreams.stream()
                        .map(upstream -> upstream.health().up()
                                ? upstream.spec().label() + " failed several times in a row"
                                : upstream.health().error())
                        .toList());
        return new UpstreamUnavailableException(
                Reason.OPEN,
                what + "; after these failures it is left alone for now, try again in " + seconds + " s",
                Duration.ofSeconds(seconds));
    }

    private static Upstream start(UpstreamSpec spec, PoolSettings settings) {
        return new Upstream(
                spec,
                settings.healthInterval(),
                new Breaker(settings.breakerFailures(), settings.breakerPause(), System::nanoTime));
    }

    @Override
    public void close() {
        upstreams.forEach(Upstream::close);
    }
}
