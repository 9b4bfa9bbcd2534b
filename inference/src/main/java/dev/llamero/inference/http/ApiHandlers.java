package dev.llamero.inference.http;

import dev.llamero.inference.model.LoadDefaults;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.prompt.ChatTemplates;
import dev.llamero.inference.prompt.TokenizingPool;

/**
 * What the endpoints work with. Immutable; the owner closes the parts.
 *
 * @param store models on disk
 * @param loaded models in memory
 * @param defaults how a model is loaded
 * @param templates parsed chat templates
 * @param pool threads that tokenize
 */
public record ApiHandlers(
        ModelStore store, LoadedModels loaded, LoadDefaults defaults, ChatTemplates templates, TokenizingPool pool) {

    OllamaRoutes routes() {
        var preparation = new Preparation(this);
        return new OllamaRoutes(
                new ModelsHandler(store, loaded),
                new GenerateHandler(preparation)::handle,
                new ChatHandler(preparation)::handle);
    }
}
