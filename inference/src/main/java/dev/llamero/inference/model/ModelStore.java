package dev.llamero.inference.model;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.CloudException;
import dev.llamero.models.store.ModelName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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
    public LocalModel require(String raw, Function<ModelName, String> notFound) {
        return require(raw, "remote model is unavailable", notFound);
    }

    /** As {@link #require}, for a request that only looks at the model. */
    public LocalModel requireDetails(String raw, Function<ModelName, String> notFound) {
        return require(raw, "remote model details are unavailable", notFound);
    }

    private LocalModel require(String raw, String operation, Function<ModelName, String> notFound) {
        ModelRef ref = ModelRef.parse(raw);
        ModelName name = ModelName.parse(ref.base()).orElseThrow(() -> ApiException.badRequest("invalid model name"));
        if (ref.cloud()) {
            throw new CloudException(operation);
        }
        return find(name).orElseThrow(() -> ApiException.notFound(notFound.apply(name)));
    }

    /** The installed model of this name, whatever its case. */
    public Optional<LocalModel> find(ModelName name) {
        return sources.stream().flatMap(source -> source.find(name).stream()).findFirst();
    }

    /** The name that a base of a new model means; empty if it is none, or a cloud model's. */
    public static Optional<ModelName> nameOf(String raw) {
        ModelRef ref = ModelRef.parse(raw);
        return ref.cloud() ? Optional.empty() : ModelName.parse(ref.base());
    }

    /** The name in the store that pull and delete mean, where cloud models have one as well; empty if it is none. */
    public static Optional<ModelName> storedName(String raw) {
        return ModelName.parse(ModelRef.parse(raw).inStore());
    }
}
