package dev.llamero.models.create;

import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the models come from that others are made from, if they are not in the store yet. */
public interface BaseModels {
    /** The GGUF file of a model that is no part of the store. */
    Optional<Path> file(ModelName name);

    /** Brings a model into the store. */
    void pull(ModelName name, Progress progress) throws IOException;
}
