package dev.llamero.inference.model;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which small model shall guess ahead for a large one, as a request or a Modelfile says it. Immutable.
 *
 * @param said whether either says anything; if not, the server's setting counts, and a model that is loaded already is
 *     taken as it is
 * @param model the small model; empty for none
 */
public record DraftChoice(boolean said, Optional<Named> model) {
    /** Nobody says anything. */
    public static final DraftChoice UNSAID = new DraftChoice(false, Optional.empty());

    /** No model is to guess, whatever the setting. */
    public static final DraftChoice NONE = new DraftChoice(true, Optional.empty());

    /** A model's GGUF file and what to call it. */
    public record Named(String name, Path weights) {}

    static DraftChoice of(LocalModel model) {
        return new DraftChoice(true, Optional.of(new Named(model.name().display(), model.weights())));
    }
}
