package dev.llamero.inference;

import dev.llamero.inference.api.ModelOptions;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.http.WarmUp;
import dev.llamero.inference.model.Caller;
import dev.llamero.inference.model.LoadDefaults;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelStore;
import java.util.List;

/**
 * Loads the model that a server was started with and warms up the code around it, so that the first question does not
 * pay for either.
 */
final class FirstModel {
    private static final System.Logger LOG = System.getLogger(FirstModel.class.getName());

    private FirstModel() {}

    /** Waits until it is loaded; a failure is logged, and the first question will tell it again. */
    static void load(ModelStore store, LoadedModels loaded, LoadDefaults defaults) {
        List<LocalModel> models = store.list();
        if (models.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "the file that --model names is not a model that can be read");
            return;
        }
        LocalModel model = models.getFirst();
        long started = System.nanoTime();
        Thread.ofPlatform().daemon().name("warm-up").start(() -> WarmUp.chat(model));
        try (var _ = loaded.acquire(
                model, defaults.of(model, ModelOptions.merge(model.text().parameters())), null, Caller.STAYS)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    model.name().display() + " loaded in " + (System.nanoTime() - started) / 1_000_000 + " ms");
        } catch (EngineException e) {
            LOG.log(System.Logger.Level.ERROR, model.name().display() + " cannot be loaded: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
