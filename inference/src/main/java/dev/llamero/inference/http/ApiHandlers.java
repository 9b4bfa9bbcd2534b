package dev.llamero.inference.http;

import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.model.LoadDefaults;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.model.StoreAccess;
import dev.llamero.inference.prompt.ChatTemplates;
import dev.llamero.inference.prompt.TokenizingPool;
import java.util.Optional;

/**
 * What the endpoints work with. Immutable; the owner closes the parts.
 *
 * @param store models on disk
 * @param writable the store that models are written to; empty if only named files are served
 * @param loaded models in memory
 * @param defaults how a model is loaded
 * @param templates parsed chat templates
 * @param pool threads that tokenize
 * @param disk conversations of models that are not in memory
 */
public record ApiHandlers(
        ModelStore store,
        Optional<StoreAccess> writable,
        LoadedModels loaded,
        LoadDefaults defaults,
        ChatTemplates templates,
        TokenizingPool pool,
        DiskCache disk) {

    OllamaRoutes routes() {
        var preparation = new Preparation(this);
        var models = new ModelsHandler(store, loaded);
        var generate = new GenerateHandler(preparation);
        var chat = new ChatHandler(preparation);
        var embed = new EmbedHandler(preparation);
        return new OllamaRoutes(
                models,
                new StoreHandler(writable, store, loaded),
                generate::handle,
                chat::handle,
                embed,
                new OpenAiHandler(store, models, generate, chat, embed),
                new AnthropicHandler(preparation, chat)::messages,
                new CacheHandler(loaded, disk),
                new MetricsHandler(loaded, disk)::metrics);
    }
}
