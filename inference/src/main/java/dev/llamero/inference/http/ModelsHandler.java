package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.api.ShowRequest;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelStore;
import io.helidon.http.HeaderNames;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is there: {@code /api/tags}, {@code /api/ps}, {@code /api/show} (specification 15). Any thread. */
final class ModelsHandler {
    private final ModelStore store;
    private final LoadedModels loaded;

    ModelsHandler(ModelStore store, LoadedModels loaded) {
        this.store = store;
        this.loaded = loaded;
    }

    void tags(Exchange exchange) {
        exchange.json(200, tags());
    }

    /** All models on disk. */
    Map<String, Object> tags() {
        return Map.of("models", store.list().stream().map(ModelsHandler::tag).toList());
    }

    private static Map<String, Object> tag(LocalModel model) {
        Map<String, Object> object = named(model);
        object.put("modified_at", Texts.local(model.modified()));
        object.put("size", model.size());
        object.put("digest", model.digest().get());
        Map<String, Object> details = details(model, model.parent());
        // Ollama gives the lengths only for models that write text.
        if (model.can("completion")) {
            model.header().contextLength().ifPresent(length -> details.put("context_length", length));
            model.header().embeddingLength().ifPresent(length -> details.put("embedding_length", length));
        }
        object.put("details", details);
        object.put("capabilities", model.capabilities());
        return object;
    }

    void ps(Exchange exchange) {
        exchange.json(
                200,
                Map.of("models", loaded.rows().stream().map(ModelsHandler::row).toList()));
    }

    private static Map<String, Object> row(LoadedModels.Row row) {
        Map<String, Object> object = named(row.model());
        object.put("size", row.info().bytesTotal());
        object.put("digest", row.model().digest().get());
        object.put("details", details(row.model(), ""));
        object.put("expires_at", Texts.local(row.expires()));
        object.put("size_vram", row.info().bytesOnGpu());
        object.put("context_length", row.info().contextTokens());
        // Ollama has no such fields: they are there only where a model guesses ahead, and while somebody waits.
        if (!row.info().draftModel().isEmpty()) {
            object.put("draft_model", row.info().draftModel());
        }
        if (!row.waiting().isEmpty()) {
            object.put("queue", row.waiting().stream().map(ModelsHandler::place).toList());
        }
        return object;
    }

    private static Map<String, Object> place(Engine.Waiting waiting) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("request_id", waiting.requestId());
        object.put("position", waiting.position());
        object.put("estimate_ms", waiting.estimateMillis());
        return object;
    }

    private static Map<String, Object> named(LocalModel model) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", model.name().display());
        object.put("model", model.name().display());
        return object;
    }

    static Map<String, Object> details(LocalModel model, String parent) {
        LocalModel.Details shown = model.text().builtIns().details().or(model.header());
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("parent_model", parent);
        details.put("format", shown.format());
        details.put("family", shown.family());
        details.put("families", shown.families());
        details.put("parameter_size", shown.parameterSize());
        details.put("quantization_level", shown.quantization());
        return details;
    }

    void show(Exchange exchange) {
        ShowRequest request = ShowRequest.read(exchange.body());
        if (GoText.trimmed(request.model()).isEmpty()) {
            throw ApiException.badRequest("model is required");
        }
        LocalModel model = store.requireDetails(request.model(), name -> "model '" + name.display() + "' not found");
        boolean copilot = exchange.header(HeaderNames.USER_AGENT).orElse("").startsWith("GitHubCopilotChat/");
        exchange.json(200, new ShowReply(model, request, copilot).object());
    }
}
