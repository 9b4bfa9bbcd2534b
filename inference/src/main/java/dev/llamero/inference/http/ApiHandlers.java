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
        var models = new ModelsHandler(store, loaded);
        var generate = new GenerateHandler(preparation);
        var chat = new ChatHandler(preparation);
        var embed = new EmbedHandler(preparation);
        return new OllamaRoutes(
                models,
                generate::handle,
                chat::handle,
                embed,
                new OpenAiHandler(store, models, generate, chat, embed),
                new AnthropicHandler(preparation, chat)::messages);
    }
}
