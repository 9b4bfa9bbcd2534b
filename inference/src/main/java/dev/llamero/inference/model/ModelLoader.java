package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.ModelRunner;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loads and closes engines on one platform thread, in order: native loading would pin a virtual thread's carrier, and
 * memory of an evicted model is free before the next one loads.
 */
final class ModelLoader implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ModelLoader.class.getName());
    private static final long CLOSE_SECONDS_MAX = 30;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("model-loader").factory());
    private final EngineFactory factory;

    ModelLoader(EngineFactory factory) {
        this.factory = factory;
    }

    /**
     * Loads a model and waits for it; a caller that leaves stops the load.
     *
     * @throws EngineException if it cannot be loaded
     */
    LoadedEngine load(LocalModel model, LoadOptions options, Caller caller) throws InterruptedException {
        var stopped = new AtomicBoolean();
        Future<LoadedEngine> loading = thread.submit(() -> loadTimed(model, options, stopped));
        try (var _ = caller.onGone(() -> stopped.set(true))) {
            return loading.get();
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

    private LoadedEngine loadTimed(LocalModel model, LoadOptions options, AtomicBoolean stopped) {
        if (stopped.get()) {
            throw new EngineException.Closed("the client left before its model was loaded");
        }
        long start = System.nanoTime();
        LoadedEngine loaded = factory.load(model, options, fraction -> !stopped.get());
        if (stopped.get()) {
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
