package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.ModelRunner;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads and closes engines on one platform thread, in order: native loading would pin a virtual thread's carrier, and
 * memory of an evicted model is free before the next one loads.
 */
final class ModelLoader implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ModelLoader.class.getName());
    private static final long CLOSE_SECONDS_MAX = 30;
    /** Steps of a load that count as progress. */
    private static final int FRACTIONS = 10_000;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("model-loader").factory());
    private final EngineFactory factory;
    private final Duration stallMax;

    /** @param stallMax how long a load may show no progress */
    ModelLoader(EngineFactory factory, Duration stallMax) {
        this.factory = factory;
        this.stallMax = stallMax;
    }

    /**
     * Loads a model and waits for it; a caller that leaves stops the load.
     *
     * @throws EngineException if it cannot be loaded
     */
    LoadedEngine load(LocalModel model, LoadOptions options, Caller caller) throws InterruptedException {
        var stopped = new AtomicBoolean();
        var moved = new AtomicLong(System.nanoTime());
        var furthest = new AtomicInteger();
        Future<LoadedEngine> loading = thread.submit(() -> {
            moved.set(System.nanoTime());
            return loadTimed(model, options, fraction -> {
                int now = (int) (fraction * FRACTIONS);
                if (furthest.getAndAccumulate(now, Math::max) < now) {
                    moved.set(System.nanoTime());
                }
                return !stopped.get();
            });
        });
        try (var _ = caller.onGone(() -> stopped.set(true))) {
            return await(loading, moved, stopped);
        } catch (InterruptedException e) {
            stopped.set(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineException known) {
                throw known;
            }
            throw new EngineException.Unloadable(
                    "cannot load " + model.name().display() + ": " + e.getCause(), e.getCause());
        }
    }

    /**
     * Whether a model fits into the memory that is free once the engines that were closed are gone.
     *
     * @throws EngineException if that cannot be told since the library is missing
     */
    boolean fits(LocalModel model, LoadOptions options) throws InterruptedException {
        try {
            return thread.submit(() -> factory.fitsBeside(model, options)).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineException known) {
                throw known;
            }
            throw new EngineException.Unloadable(
                    "cannot load " + model.name().display() + ": " + e.getCause(), e.getCause());
        }
    }

    private LoadedEngine await(Future<LoadedEngine> loading, AtomicLong moved, AtomicBoolean stopped)
            throws InterruptedException, ExecutionException {
        while (true) {
            long left = moved.get() + stallMax.toNanos() - System.nanoTime();
            if (left <= 0) {
                stopped.set(true);
                throw new EngineException.Unloadable(
                        "timed out waiting for the model: no progress for " + stallMax.toMillis() + " ms", null);
            }
            try {
                return loading.get(left, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                LOG.log(System.Logger.Level.DEBUG, "a load is looked after", e);
            }
        }
    }

    private LoadedEngine loadTimed(LocalModel model, LoadOptions options, EngineFactory.Progress progress) {
        if (!progress.goesOn(0)) {
            throw new EngineException.Closed("the client left before its model was loaded");
        }
        long start = System.nanoTime();
        LoadedEngine loaded = factory.load(model, options, progress);
        if (!progress.goesOn(1)) {
            loaded.runner().close();
            throw new EngineException.Closed("the client left while its model was loaded");
        }
        LOG.log(
                System.Logger.Level.INFO,
                "loaded " + model.name().display() + " in " + (System.nanoTime() - start) / 1_000_000 + " ms: "
                        + loaded.runner().info());
        return loaded;
    }

    /** Closes an engine later, on the loader's thread. */
    void close(ModelRunner engine) {
        thread.execute(() -> {
            try {
                engine.close();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "an engine did not close", e);
            }
        });
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "models did not close within " + CLOSE_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
