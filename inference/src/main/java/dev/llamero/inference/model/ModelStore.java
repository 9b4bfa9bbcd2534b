package dev.llamero.inference.model;

import dev.llamero.inference.api.ApiException;
import dev.llamero.models.store.ModelName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is on disk: loose GGUF files first, then an Ollama store. Looks at the disk on each call, so
 * that new files appear at once. Any thread.
 */
public final class ModelStore {
    private final List<Source> sources;

    /** One place where models lie. */
    interface Source {
        /** All models here; what cannot be read is left out with a line in the log. */
        List<LocalModel> list();

        /** The model of this name, whatever its case. */
        Optional<LocalModel> find(ModelName name);
    }

    ModelStore(List<Source> sources) {
        this.sources = List.copyOf(sources);
    }

    /** A store over loose GGUF files and, if there is one, an Ollama store. */
    public static ModelStore of(GgufFolder folder, Optional<OllamaStore> store) {
        return new ModelStore(store.isPresent() ? List.of(folder, store.get()) : List.of(folder));
    }

    /**
     * All models, newest first, by name within a second; a name that two sources have is listed once, from the first.
     */
    public List<LocalModel> list() {
        var all = new ArrayList<LocalModel>();
        for (Source source : sources) {
            for (LocalModel model : source.list()) {
                if (all.stream().noneMatch(known -> known.name().sameAs(model.name()))) {
                    all.add(model);
                }
            }
        }
        all.sort(Comparator.comparing((LocalModel model) -> model.modified().getEpochSecond())
                .reversed()
                .thenComparing(model -> model.name().display()));
        return all;
    }

    /**
     * The model that a request's string means.
     *
     * @param raw as typed
     * @param notFound the message if there is none; it gets the full name with tag
     * @throws ApiException if the string is no name, means a cloud model, or is not installed
     */
    public LocalModel require(String raw, java.util.function.Function<ModelName, String> notFound) {
        ModelName name = nameOf(raw).orElseThrow(() -> ApiException.badRequest("invalid model name"));
        return find(name).orElseThrow(() -> ApiException.notFound(notFound.apply(name)));
    }

    /** The installed model of this name, whatever its case. */
    public Optional<LocalModel> find(ModelName name) {
        return sources.stream().flatMap(source -> source.find(name).stream()).findFirst();
    }

    /**
     * The name that a request's string means; empty if it is none.
     *
     * @throws ApiException if it means a cloud model
     */
    public static Optional<ModelName> nameOf(String raw) {
        ModelRef ref = ModelRef.parse(raw);
        if (ref.cloud()) {
            throw new ApiException(403, "ollama cloud is disabled: remote model is unavailable");
        }
        return ModelName.parse(ref.name());
    }
}
