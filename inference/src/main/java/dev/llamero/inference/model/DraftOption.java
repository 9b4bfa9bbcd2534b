package dev.llamero.inference.model;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.api.ModelOptions;
import java.io.IOException;

/**
 * Finds and checks the small model that the option {@code draft_model} of a request or a Modelfile names, before
 * anything is loaded or unloaded for it. Any thread.
 */
public final class DraftOption {
    /** The option's name. */
    public static final String NAME = "draft_model";

    private static final String REMEDY = "; name an installed model of the same vocabulary that is smaller, such as"
            + " qwen3:0.6b for qwen3:32b, or leave it out";

    private final ModelStore store;
    private final SameVocabulary vocabularies = new SameVocabulary();

    public DraftOption(ModelStore store) {
        this.store = store;
    }

    /**
     * What merged options say for a model; an empty name says that no model is to guess.
     *
     * @throws ApiException with status 400 if the name means nothing that could guess for it
     */
    public DraftChoice of(LocalModel model, ModelOptions options) {
        String name = options.text(NAME);
        if (name == null) {
            return DraftChoice.UNSAID;
        }
        if (name.isBlank()) {
            return DraftChoice.NONE;
        }
        LocalModel small = ModelStore.nameOf(name)
                .flatMap(store::find)
                .orElseThrow(() -> refused(name, "is not installed; pull it first, or leave the option out"));
        if (small.weights().equals(model.weights())) {
            throw refused(name, "is the model itself" + REMEDY);
        }
        if (!small.can("completion")) {
            throw refused(name, "writes no text" + REMEDY);
        }
        try {
            if (!vocabularies.of(model.weights(), small.weights())) {
                throw refused(
                        name, "has another vocabulary than " + model.name().display() + REMEDY);
            }
        } catch (IOException e) {
            throw refused(name, "cannot be read: " + e.getMessage());
        }
        return DraftChoice.of(small);
    }

    private static ApiException refused(String name, String reason) {
        return ApiException.badRequest("option \"" + NAME + "\": " + GoText.quoted(name) + " " + reason);
    }
}
