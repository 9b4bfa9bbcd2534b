package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libllama about the library itself, models, vocabularies and grammars. One method per function.
 *
 * <p>Callers check every argument before; these methods pass on what they get.
 */
final class ModelApi {
    private static final Linker.Option TRIVIAL = Linker.Option.critical(false);

    /** UNKNOWN, CONTROL and USER_DEFINED of {@code llama_token_attr}. */
    private static final int SPECIAL_ATTRIBUTES = 1 | 8 | 16;

    private static final MethodHandle POINTER_OF_NOTHING = Native.handle(FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle VOID_OF_NOTHING = Native.handle(FunctionDescriptor.ofVoid());
    private static final MethodHandle VOID_OF_POINTERS = Native.handle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    private static final MethodHandle VOID_OF_POINTER = Native.handle(FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle VOID_OF_POINTER_INT = Native.handle(FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    private static final MethodHandle MODEL_PARAMS =
            Native.handle(FunctionDescriptor.of(LayoutCheck.ROOMY, new MemoryLayout[0]));
    private static final MethodHandle LOAD =
            Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS, Layouts.MODEL_PARAMS));
    private static final MethodHandle POINTER_OF_POINTER = Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle POINTER_OF_3_POINTERS =
            Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle INT_OF_POINTER = Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle BOOL_OF_POINTER = Native.handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
    private static final MethodHandle IS_EOG =
            Native.handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT), TRIVIAL);
    private static final MethodHandle ATTRIBUTES =
            Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), TRIVIAL);
    private static final MethodHandle TOKENIZE = Native.handle(
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));
    private static final MethodHandle PIECE = Native.handle(
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));

    private final MemorySegment version;
    private final MemorySegment backendInit;
    private final MemorySegment logSet;
    private final MemorySegment modelDefaultParams;
    private final MemorySegment modelLoad;
    private final MemorySegment modelFree;
    private final MemorySegment modelVocab;
    private final MemorySegment modelHasEncoder;
    private final MemorySegment modelHasDecoder;
    private final MemorySegment modelRecurrent;
    private final MemorySegment modelHybrid;
    private final MemorySegment modelWindow;
    private final MemorySegment vocabTokens;
    private final MemorySegment vocabEog;
    private final MemorySegment vocabAttributes;
    private final MemorySegment tokenize;
    private final MemorySegment tokenToPiece;
    private final MemorySegment grammarInit;
    private final MemorySegment samplerApply;
    private final MemorySegment samplerAccept;
    private final MemorySegment samplerFree;

    ModelApi(SymbolLookup llama) {
        version = Native.address(llama, "llama_version");
        backendInit = Native.address(llama, "llama_backend_init");
        logSet = Native.address(llama, "llama_log_set");
        modelDefaultParams = Native.address(llama, "llama_model_default_params");
        modelLoad = Native.address(llama, "llama_model_load_from_file");
        modelFree = Native.address(llama, "llama_model_free");
        modelVocab = Native.address(llama, "llama_model_get_vocab");
        modelHasEncoder = Native.address(llama, "llama_model_has_encoder");
        modelHasDecoder = Native.address(llama, "llama_model_has_decoder");
        modelRecurrent = Native.address(llama, "llama_model_is_recurrent");
        modelHybrid = Native.address(llama, "llama_model_is_hybrid");
        modelWindow = Native.address(llama, "llama_model_n_swa");
        vocabTokens = Native.address(llama, "llama_vocab_n_tokens");
        vocabEog = Native.address(llama, "llama_vocab_is_eog");
        vocabAttributes = Native.address(llama, "llama_vocab_get_attr");
        tokenize = Native.address(llama, "llama_tokenize");
        tokenToPiece = Native.address(llama, "llama_token_to_piece");
        grammarInit = Native.address(llama, "llama_sampler_init_grammar");
        samplerApply = Native.address(llama, "llama_sampler_apply");
        samplerAccept = Native.address(llama, "llama_sampler_accept");
        samplerFree = Native.address(llama, "llama_sampler_free");
    }

    String version() {
        try {
            MemorySegment text = (MemorySegment) POINTER_OF_NOTHING.invokeExact(version);
            return Native.text(text).orElse("");
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void backendInit() {
        try {
            VOID_OF_NOTHING.invokeExact(backendInit);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Sets the log callback of libllama and of ggml. */
    void logSet(MemorySegment callback) {
        try {
            VOID_OF_POINTERS.invokeExact(logSet, callback, MemorySegment.NULL);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The defaults, in a struct with room to spare; see {@link LayoutCheck}. */
    MemorySegment modelDefaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) MODEL_PARAMS.invokeExact(modelDefaultParams, allocator);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** A model, or a null pointer. */
    MemorySegment modelLoad(MemorySegment path, MemorySegment params) {
        try {
            return (MemorySegment) LOAD.invokeExact(modelLoad, path, params);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void modelFree(MemorySegment model) {
        voidOf(modelFree, model);
    }

    MemorySegment vocab(MemorySegment model) {
        try {
            return (MemorySegment) POINTER_OF_POINTER.invokeExact(modelVocab, model);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    boolean hasEncoder(MemorySegment model) {
        return boolOf(modelHasEncoder, model);
    }

    boolean hasDecoder(MemorySegment model) {
        return boolOf(modelHasDecoder, model);
    }

    boolean recurrent(MemorySegment model) {
        return boolOf(modelRecurrent, model);
    }

    boolean hybrid(MemorySegment model) {
        return boolOf(modelHybrid, model);
    }

    /** Tokens that a layer with a sliding window sees; 0 if every layer sees all. */
    int window(MemorySegment model) {
        return intOf(modelWindow, model);
    }

    int tokens(MemorySegment vocab) {
        return intOf(vocabTokens, vocab);
    }

    boolean endsGeneration(MemorySegment vocab, int token) {
        try {
            return (boolean) IS_EOG.invokeExact(vocabEog, vocab, token);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /**
     * Whether text is searched for this token before it is split into ordinary ones: control, user-defined, unknown.
     */
    boolean isSpecial(MemorySegment vocab, int token) {
        try {
            return ((int) ATTRIBUTES.invokeExact(vocabAttributes, vocab, token) & SPECIAL_ATTRIBUTES) != 0;
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The number of tokens written; if negative, the room needed. */
    int tokenize(
            MemorySegment vocab, MemorySegment text, int length, MemorySegment tokens, boolean special, boolean parse) {
        int room = (int) (tokens.byteSize() / Integer.BYTES);
        try {
            return (int) TOKENIZE.invokeExact(tokenize, vocab, text, length, tokens, room, special, parse);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The number of bytes written; if negative, the room needed. */
    int piece(MemorySegment vocab, int token, MemorySegment buffer, boolean special) {
        try {
            return (int) PIECE.invokeExact(tokenToPiece, vocab, token, buffer, (int) buffer.byteSize(), 0, special);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** A grammar sampler, or a null pointer if the text is not a grammar. */
    MemorySegment grammarInit(MemorySegment vocab, MemorySegment text, MemorySegment root) {
        try {
            return (MemorySegment) POINTER_OF_3_POINTERS.invokeExact(grammarInit, vocab, text, root);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void samplerApply(MemorySegment sampler, MemorySegment candidates) {
        try {
            VOID_OF_POINTERS.invokeExact(samplerApply, sampler, candidates);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void samplerAccept(MemorySegment sampler, int token) {
        try {
            VOID_OF_POINTER_INT.invokeExact(samplerAccept, sampler, token);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void samplerFree(MemorySegment sampler) {
        voidOf(samplerFree, sampler);
    }

    /** Reads numbers of a model with a function of this shape. */
    private static int intOf(MemorySegment function, MemorySegment pointer) {
        try {
            return (int) INT_OF_POINTER.invokeExact(function, pointer);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private static boolean boolOf(MemorySegment function, MemorySegment pointer) {
        try {
            return (boolean) BOOL_OF_POINTER.invokeExact(function, pointer);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private static void voidOf(MemorySegment function, MemorySegment pointer) {
        try {
            VOID_OF_POINTER.invokeExact(function, pointer);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }
}
