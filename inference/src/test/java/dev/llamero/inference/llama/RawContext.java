package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** A context with settings that {@link ModelOpener} never gives, to see what copies on the device become there. */
final class RawContext implements AutoCloseable {
    private static final int CELLS = 512;
    private static final int BATCH = 128;
    private static final int FLASH_ATTENTION_OFF = 0;

    /** {@code ggml_type}. */
    static final int F16 = 1;

    static final int Q8_0 = 8;

    private final NativeHandle model;
    final LlamaDecoder decoder;

    RawContext(Path gguf, int kvType, boolean flashAttention, int sequences, int copies, LongSupplier bytesFree) {
        LlamaRuntime.Library library = TestModels.runtime().library();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment loaded =
                    library.models().modelLoad(arena.allocateFrom(gguf.toString()), library.modelDefaults(arena));
            model = new NativeHandle("the model", loaded, library.models()::modelFree);
            AbortFlag abort = new AbortFlag();
            MemorySegment params = library.contextDefaults(arena);
            put(params, "n_ctx", CELLS);
            put(params, "n_batch", BATCH);
            put(params, "n_ubatch", BATCH);
            put(params, "n_seq_max", sequences + 1 + copies);
            put(params, "n_outputs_max", BATCH);
            put(params, "n_threads", 1);
            put(params, "n_threads_batch", 1);
            put(params, "type_k", kvType);
            put(params, "type_v", kvType);
            if (!flashAttention) {
                put(params, "flash_attn_type", FLASH_ATTENTION_OFF);
            }
            params.set(JAVA_BOOLEAN, Layouts.offset(Layouts.CONTEXT_PARAMS, "kv_unified"), true);
            params.set(ADDRESS, Layouts.offset(Layouts.CONTEXT_PARAMS, "abort_callback"), AbortFlag.function());
            params.set(ADDRESS, Layouts.offset(Layouts.CONTEXT_PARAMS, "abort_callback_data"), abort.argument());
            NativeHandle context =
                    new NativeHandle("the context", library.contexts().init(loaded, params), library.contexts()::free);
            int vocabulary = new LlamaVocab(library.models(), model).vocabularySize();
            decoder = new LlamaDecoder(
                    library.contexts(), context, abort, BATCH, vocabulary, true, true, copies, bytesFree);
            TestModels.step(decoder, 0, 0, 0, 0);
            decoder.measureStates();
            decoder.remove(0, 0, -1);
        }
    }

    private static void put(MemorySegment params, String field, int value) {
        params.set(JAVA_INT, Layouts.offset(Layouts.CONTEXT_PARAMS, field), value);
    }

    @Override
    public void close() {
        decoder.close();
        model.close();
    }
}
