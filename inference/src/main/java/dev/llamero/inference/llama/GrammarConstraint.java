package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.llamero.inference.engine.TokenConstraint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A GBNF grammar over the tokens of a model, by llama.cpp's grammar sampler.
 *
 * <p>Used on one thread, the engine's. Owns the sampler and its candidates; keeps the model open during each call.
 * llama.cpp ends the process when a token is accepted that the grammar does not allow, so that is checked first.
 */
final class GrammarConstraint implements TokenConstraint {
    /** Longest grammar in characters; one that a schema becomes is far below. */
    static final int TEXT_CHARACTERS_MAX = 1 << 20;

    /** Deepest nesting of groups; the native parser calls itself per group. */
    static final int NESTING_MAX = 256;

    private static final String ROOT = "root";
    private static final long ENTRY_BYTES = Layouts.TOKEN_DATA.byteSize();
    private static final long DATA = Layouts.offset(Layouts.TOKEN_DATA_ARRAY, "data");
    private static final long SIZE = Layouts.offset(Layouts.TOKEN_DATA_ARRAY, "size");
    private static final long SELECTED = Layouts.offset(Layouts.TOKEN_DATA_ARRAY, "selected");
    private static final long LOGIT = Layouts.offset(Layouts.TOKEN_DATA, "logit");

    private final ModelApi api;
    private final NativeHandle model;
    private final LlamaVocab vocab;
    private final NativeHandle sampler;
    private final MemorySegment array;
    private final MemorySegment single;

    /** Candidates for the whole vocabulary, made when first needed. */
    private MemorySegment all;

    private GrammarConstraint(ModelApi api, NativeHandle model, LlamaVocab vocab, NativeHandle sampler) {
        this.api = api;
        this.model = model;
        this.vocab = vocab;
        this.sampler = sampler;
        Arena arena = Arena.ofAuto();
        array = arena.allocate(Layouts.TOKEN_DATA_ARRAY);
        single = arena.allocate(Layouts.TOKEN_DATA);
    }

    /**
     * Compiles a grammar whose start is the rule {@code root}.
     *
     * @throws LlamaException if the text is not a grammar; the message has llama.cpp's reason
     */
    static GrammarConstraint compile(ModelApi api, NativeHandle model, LlamaVocab vocab, String gbnf) {
        check(gbnf);
        BufferSizes log = new BufferSizes();
        MemorySegment pointer = model.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = NativeLog.observing(
                    log, () -> api.grammarInit(api.vocab(pointer), arena.allocateFrom(gbnf), arena.allocateFrom(ROOT)));
            if (made.address() == 0) {
                throw new LlamaException("not a GBNF grammar: "
                        + (log.firstError().isEmpty() ? "llama.cpp gives no reason" : log.firstError()));
            }
            return new GrammarConstraint(api, model, vocab, new NativeHandle("the grammar", made, api::samplerFree));
        } finally {
            model.release();
        }
    }

    private static void check(String gbnf) {
        // llama.cpp takes an empty text for "anything goes".
        if (gbnf.isBlank()) {
            throw new LlamaException("grammar is empty");
        }
        if (gbnf.length() > TEXT_CHARACTERS_MAX) {
            throw new LlamaException("grammar of " + gbnf.length() + " characters is over " + TEXT_CHARACTERS_MAX);
        }
        if (gbnf.indexOf('\0') >= 0) {
            throw new LlamaException("grammar holds a NUL character");
        }
        int depth = 0;
        for (int i = 0; i < gbnf.length(); i++) {
            // Brackets within literals count too; that only makes the bound stricter.
            depth += gbnf.charAt(i) == '(' ? 1 : gbnf.charAt(i) == ')' ? -1 : 0;
            if (depth > NESTING_MAX) {
                throw new LlamaException("grammar nests groups deeper than " + NESTING_MAX);
            }
        }
    }

    @Override
    public boolean allows(int token) {
        vocab.requireToken(token);
        set(single, 0, token, 0f);
        apply(single, 1);
        return single.get(JAVA_FLOAT, LOGIT) != Float.NEGATIVE_INFINITY;
    }

    @Override
    public void mask(float[] logits) {
        int size = vocab.vocabularySize();
        if (logits.length < size) {
            throw new IllegalArgumentException(logits.length + " logits are fewer than the vocabulary's " + size);
        }
        if (all == null) {
            all = Arena.ofAuto().allocate(Layouts.TOKEN_DATA, size);
        }
        for (int token = 0; token < size; token++) {
            set(all, token * ENTRY_BYTES, token, logits[token]);
        }
        apply(all, size);
        for (int token = 0; token < size; token++) {
            logits[token] = all.get(JAVA_FLOAT, token * ENTRY_BYTES + LOGIT);
        }
    }

    private static void set(MemorySegment entries, long offset, int token, float logit) {
        entries.set(JAVA_INT, offset, token);
        entries.set(JAVA_FLOAT, offset + LOGIT, logit);
    }

    private void apply(MemorySegment entries, long count) {
        array.set(ADDRESS, DATA, entries);
        array.set(JAVA_LONG, SIZE, count);
        array.set(JAVA_LONG, SELECTED, -1L);
        model.acquire();
        try {
            MemorySegment pointer = sampler.acquire();
            try {
                api.samplerApply(pointer, array);
            } finally {
                sampler.release();
            }
        } finally {
            model.release();
        }
    }

    @Override
    public void accept(int token) {
        if (!allows(token)) {
            throw new IllegalStateException("token " + token + " is not allowed here by the grammar");
        }
        model.acquire();
        try {
            MemorySegment pointer = sampler.acquire();
            try {
                api.samplerAccept(pointer, token);
            } finally {
                sampler.release();
            }
        } finally {
            model.release();
        }
    }

    @Override
    public void close() {
        sampler.close();
    }
}
