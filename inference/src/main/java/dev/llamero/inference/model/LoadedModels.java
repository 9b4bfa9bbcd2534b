package dev.llamero.inference.model;

import dev.llamero.inference.api.GoDuration;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which models are in memory: loads on demand, keeps them for their keep-alive time after the last request, evicts idle
 * ones to make room (specification 9).
 *
 * <p>Any thread. One lock guards the table and is never held while a model loads or closes; those run on
 * {@link ModelLoader}'s platform thread, one at a time. Requests that need a load wait in order of arrival, at most
 * {@code queueMax} of them; requests to a loaded model do not wait here.
 */
public final class LoadedModels implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LoadedModels.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<LocalModel.Key, Resident> residents = new LinkedHashMap<>();
    private final Deque<Object> waiting = new ArrayDeque<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("model-expiry").factory());
    private final ModelLoader loader;
    private final Limits limits;
    private boolean closed;

    /**
     * Bounds and defaults.
     *
     * @param modelsMax models in memory at once; at least 1
     * @param queueMax requests that may wait for a load
     * @param keepAlive how long a model stays after its last request, if nobody says otherwise
     */
    public record Limits(int modelsMax, int queueMax, Duration keepAlive, Duration loadStallMax) {
        /** Limits under which a load may take as long as it likes. */
        public Limits(int modelsMax, int queueMax, Duration keepAlive) {
            this(modelsMax, queueMax, keepAlive, GoDuration.FOREVER);
        }
    }

    public LoadedModels(EngineFactory factory, Limits limits) {
        this.loader = new ModelLoader(factory, limits.loadStallMax());
        this.limits = limits;
    }

    /** A use of a loaded model; closing it lets the model's time run. */
    public final class Lease implements AutoCloseable {
        private final Resident resident;
        private boolean released;

        private Lease(Resident resident) {
            this.resident = resident;
        }

        public LoadedEngine loaded() {
            return resident.loaded;
        }

        /** Says that the engine has ended by itself: the next request loads the model anew. */
        public void discard() {
            lock.lock();
            try {
                resident.broken = true;
            } finally {
                lock.unlock();
            }
        }

        /** Any thread; again: no effect. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (!released) {
                    released = true;
                    release(resident);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * One row of {@code /api/ps}.
     *
     * @param waiting requests that wait for a place in this model's engine, the next one first
     */
    public record Row(LocalModel model, EngineInfo info, Instant expires, List<Engine.Waiting> waiting) {}

    /**
     * The model, loaded with these options, for one request.
     *
     * @param keepAlive how long it stays after this request and later ones; null to leave that as it is
     * @throws EngineException if it cannot be loaded, too many wait, or the caller left
     * @throws InterruptedException if the thread is interrupted while waiting
     */
    public Lease acquire(LocalModel model, LoadOptions options, Duration keepAlive, Caller caller)
            throws InterruptedException {
        lock.lock();
        try {
            Resident resident = residents.get(model.key());
            if (resident == null || !resident.fits(options)) {
                resident = afterWaiting(model, options, caller);
            }
            resident.users++;
            resident.keepAlive = keepAlive != null ? keepAlive : resident.keepAlive;
            resident.cancelExpiry();
            return new Lease(resident);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for its turn, then loads unless somebody before did. Holds the lock, but not while loading. */
    private Resident afterWaiting(LocalModel model, LoadOptions options, Caller caller) throws InterruptedException {
        if (waiting.size() >= limits.queueMax()) {
            throw new EngineException.Busy("more than " + limits.queueMax() + " requests wait for a model");
        }
        var turn = new Object();
        waiting.addLast(turn);
        try (var _ = caller.onGone(this::wakeAll)) {
            while (true) {
                refuseIfOver(caller);
                Resident resident = residents.get(model.key());
                if (waiting.peekFirst() == turn) {
                    if (resident != null && resident.fits(options)) {
                        return resident;
                    }
                    if (makeRoom(model, resident)) {
                        if (hasMemory(model, options)) {
                            return load(model, options, caller);
                        }
                        if (evictIdle(model)) {
                            continue;
                        }
                    }
                }
                changed.await();
            }
        } finally {
            waiting.remove(turn);
            changed.signalAll();
        }
    }

    private void refuseIfOver(Caller caller) {
        if (closed) {
            throw new EngineException.Closed("the server is shutting down");
        }
        if (caller.isGone()) {
            throw new EngineException.Closed("the client left while its model was waited for");
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes idle models out of the way; whether there is room for this one then. */
    private boolean makeRoom(LocalModel model, Resident same) {
        if (same != null && !same.isIdle()) {
            return false;
        }
        if (same != null) {
            evict(same, same.broken ? "its engine has ended" : "it is to be loaded with other options");
        } else if (residents.size() >= limits.modelsMax()) {
            evictIdle(model);
        }
        return residents.size() < limits.modelsMax();
    }

    /** Whether the model fits beside the loaded ones; alone it is loaded in any case, with a context that fits. */
    private boolean hasMemory(LocalModel model, LoadOptions options) throws InterruptedException {
        if (residents.isEmpty()) {
            return true;
        }
        boolean fits;
        lock.unlock();
        try {
            fits = loader.fits(model, options);
        } finally {
            lock.lock();
        }
        return fits || residents.isEmpty();
    }

    /**
     * Unloads the idle model that would leave first, of these the one that was not used for longest.
     *
     * @return false if all are busy
     */
    private boolean evictIdle(LocalModel newcomer) {
        Optional<Resident> victim = residents.values().stream()
                .filter(Resident::isIdle)
                .min(Comparator.comparing((Resident resident) -> resident.keepAlive)
                        .thenComparing(resident -> resident.lastUse));
        victim.ifPresent(resident ->
                evict(resident, "room is needed for " + newcomer.name().display()));
        return victim.isPresent();
    }

    private Resident load(LocalModel model, LoadOptions options, Caller caller) throws InterruptedException {
        var resident = new Resident(model, options, limits.keepAlive());
        residents.put(model.key(), resident);
        lock.unlock();
        LoadedEngine loaded = null;
        try {
            loaded = loader.load(model, options, caller);
        } catch (EngineException.Unloadable e) {
            if (!mayBeMemory(e)) {
                throw e;
            }
            loaded = evictOthersAndRetry(resident, e, caller);
        } finally {
            lock.lock();
            if (loaded == null) {
                residents.remove(model.key());
            }
        }
        if (closed) {
            loaded.runner().close();
            throw new EngineException.Closed("the server is shutting down");
        }
        resident.loaded = loaded;
        resident.lastUse = Instant.now();
        return resident;
    }

    /** llama.cpp has no code for it: its texts speak of memory, of an allocation, or of a context that was not made. */
    private static boolean mayBeMemory(EngineException.Unloadable failure) {
        String text = failure.getMessage().toLowerCase(Locale.ROOT);
        return text.contains("memory") || text.contains("alloc") || text.contains("context");
    }

    /** Memory may have been short: one more try with every idle model out of the way (specification 9.3). */
    private LoadedEngine evictOthersAndRetry(Resident resident, EngineException.Unloadable failure, Caller caller)
            throws InterruptedException {
        boolean freed = false;
        lock.lock();
        try {
            for (Resident other : List.copyOf(residents.values())) {
                if (other != resident && other.isIdle()) {
                    evict(other, resident.model.name().display() + " did not load beside it");
                    freed = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (!freed) {
            throw failure;
        }
        return loader.load(resident.model, resident.options, caller);
    }

    private void release(Resident resident) {
        resident.users--;
        resident.lastUse = Instant.now();
        if (resident.users == 0 && residents.get(resident.model.key()) == resident) {
            scheduleExpiry(resident);
        }
        changed.signalAll();
    }

    private void scheduleExpiry(Resident resident) {
        resident.cancelExpiry();
        if (resident.keepAlive.isZero()) {
            evict(resident, "its keep-alive time is zero");
        } else if (!resident.keepAlive.equals(GoDuration.FOREVER)) {
            resident.expiry =
                    clock.schedule(() -> expire(resident), resident.keepAlive.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void expire(Resident resident) {
        lock.lock();
        try {
            if (resident.isIdle() && residents.get(resident.model.key()) == resident) {
                evict(resident, "it was not used for " + resident.keepAlive);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes an idle model out of the table; its memory is freed on the loader's thread, before the next load. */
    private void evict(Resident resident, String reason) {
        residents.remove(resident.model.key());
        resident.cancelExpiry();
        LOG.log(System.Logger.Level.INFO, "unloading " + resident.model.name().display() + ": " + reason);
        loader.close(resident.loaded.runner());
        changed.signalAll();
    }

    /** Unloads a model as soon as it is idle; no effect if it is not loaded. */
    public void unload(LocalModel model) {
        lock.lock();
        try {
            Resident resident = residents.get(model.key());
            if (resident != null) {
                resident.keepAlive = Duration.ZERO;
                if (resident.isIdle()) {
                    scheduleExpiry(resident);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A model in memory and what runs it. */
    public record Running(LocalModel model, dev.llamero.inference.engine.ModelRunner runner) {}

    /** What is in memory now. */
    public List<Running> running() {
        lock.lock();
        try {
            return residents.values().stream()
                    .filter(resident -> resident.loaded != null)
                    .map(resident -> new Running(resident.model, resident.loaded.runner()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** The loaded models, the one that stays longest first. */
    public List<Row> rows() {
        lock.lock();
        try {
            return residents.values().stream()
                    .filter(resident -> resident.loaded != null)
                    .map(resident -> new Row(
                            resident.model,
                            resident.loaded.runner().info(),
                            resident.expires(),
                            resident.loaded.waiting()))
                    .sorted(Comparator.comparing(Row::expires).reversed())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Fails who waits, closes every engine and waits for that. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            for (Resident resident : residents.values()) {
                if (resident.loaded != null) {
                    loader.close(resident.loaded.runner());
                }
            }
            residents.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        clock.shutdownNow();
        loader.close();
    }
}
