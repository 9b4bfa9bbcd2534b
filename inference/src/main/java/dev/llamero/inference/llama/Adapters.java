package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * LoRA adapters of one model: loads them beside its weights, and has a context use them. Used by the opening thread.
 */
final class Adapters {
    private final AdapterApi api;
    private final List<Path> files;

    /** @param files GGUF files; may be none */
    Adapters(AdapterApi api, List<Path> files) {
        this.api = api;
        this.files = List.copyOf(files);
    }

    /**
     * Makes every step of the context use the adapters, each at its full strength.
     *
     * @param context made from the model
     * @throws EngineException.Unloadable if one is no adapter, or not one of this model
     */
    void use(NativeHandle model, NativeHandle context) {
        if (files.isEmpty()) {
            return;
        }
        MemorySegment modelPointer = model.acquire();
        MemorySegment contextPointer = context.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment loaded = arena.allocate(ADDRESS, files.size());
            MemorySegment scales = arena.allocate(JAVA_FLOAT, files.size());
            for (int i = 0; i < files.size(); i++) {
                loaded.setAtIndex(ADDRESS, i, load(modelPointer, files.get(i), arena));
                scales.setAtIndex(JAVA_FLOAT, i, 1f);
            }
            int result = api.set(contextPointer, loaded, files.size(), scales);
            if (result != 0) {
                throw new EngineException.Unloadable("llama.cpp refuses the adapters " + files, null);
            }
        } finally {
            context.release();
            model.release();
        }
    }

    private MemorySegment load(MemorySegment model, Path file, Arena arena) {
        try {
            // llama.cpp ends the process on some damaged headers.
            GgufFile.read(file, GgufReadOption.OMIT_LARGE_ARRAYS);
        } catch (IOException e) {
            throw new EngineException.Unloadable("cannot load the adapter " + file + ": " + e.getMessage(), e);
        }
        var log = new FirstError();
        MemorySegment path = arena.allocateFrom(file.toAbsolutePath().toString());
        MemorySegment adapter = NativeLog.observing(log, () -> api.init(model, path));
        if (adapter.address() == 0) {
            throw new EngineException.Unloadable("cannot load the adapter " + file + ": " + log.text(), null);
        }
        return adapter;
    }
}
