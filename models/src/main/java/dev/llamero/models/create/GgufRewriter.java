package dev.llamero.models.create;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/** Copies models with llama.cpp, which checks them, joins split ones, and can store the weights as another type. */
public interface GgufRewriter {
    /** Whether there is a library that can do it. */
    boolean isAvailable();

    /**
     * Writes a copy of a model. Takes seconds to minutes.
     *
     * @param source checked before; the first part if it is split, the others beside it
     * @param target does not exist
     * @param type of the weights; empty to leave them
     * @param progress is told the fraction done, 0 to 1, and may throw to stop the work at its end
     * @throws IOException if llama.cpp refuses the model
     */
    void rewrite(Path source, Path target, Optional<Quantization> type, DoubleConsumer progress) throws IOException;
}
