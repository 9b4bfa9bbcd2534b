package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.llamero.inference.engine.Tokenizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The vocabulary of an open model. Any thread may use it, also while another closes the model: a late call is then an
 * {@link IllegalStateException}. The bytes of a token cost a native call the first time only.
 */
final class LlamaVocab implements Tokenizer {
    /** Longest text in bytes: far above any context, and small enough for the token count to be an int. */
    static final int TEXT_BYTES_MAX = 64 << 20;

    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    private static final int PIECE_BYTES = 256;

    private final ModelApi api;
    private final NativeHandle model;
    private final int size;
    private final BitSet ends;
    private final BitSet specials;
    private final AtomicReferenceArray<byte[]> plain;
    private final AtomicReferenceArray<byte[]> special;

    LlamaVocab(ModelApi api, NativeHandle model) {
        this.api = api;
        this.model = model;
        MemorySegment vocab = acquire();
        try {
            size = api.tokens(vocab);
            ends = new BitSet(size);
            specials = new BitSet(size);
            for (int token = 0; token < size; token++) {
                ends.set(token, api.endsGeneration(vocab, token));
                specials.set(token, api.isSpecial(vocab, token));
            }
        } finally {
            model.release();
        }
        plain = new AtomicReferenceArray<>(size);
        special = new AtomicReferenceArray<>(size);
    }

    private MemorySegment acquire() {
        return api.vocab(model.acquire());
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        ByteBuffer bytes = utf8(text);
        if (bytes.remaining() > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "text of " + bytes.remaining() + " bytes is over the limit of " + TEXT_BYTES_MAX);
        }
        MemorySegment vocab = acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(Math.max(1, bytes.remaining()));
            MemorySegment.copy(bytes.array(), bytes.arrayOffset(), source, JAVA_BYTE, 0, bytes.remaining());
            // Nearly every vocabulary makes at most one token per byte; if not, the count comes back negative.
            MemorySegment tokens = arena.allocate(JAVA_INT, bytes.remaining() + 16L);
            int count = api.tokenize(vocab, source, bytes.remaining(), tokens, addSpecial, parseSpecial);
            if (count < 0 && count != Integer.MIN_VALUE) {
                tokens = arena.allocate(JAVA_INT, -count);
                count = api.tokenize(vocab, source, bytes.remaining(), tokens, addSpecial, parseSpecial);
            }
            if (count < 0) {
                throw new LlamaException("llama_tokenize gave " + count + " for " + bytes.remaining() + " bytes");
            }
            return tokens.asSlice(0, (long) count * Integer.BYTES).toArray(JAVA_INT);
        } finally {
            model.release();
        }
    }

    /** UTF-8 in an array of its own; an unpaired surrogate becomes U+FFFD. */
    static ByteBuffer utf8(String text) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("replacing malformed text failed", e);
        }
    }

    @Override
    public byte[] bytes(int token, boolean renderSpecial) {
        return shared(token, renderSpecial).clone();
    }

    @Override
    public byte[] shared(int token, boolean renderSpecial) {
        requireToken(token);
        AtomicReferenceArray<byte[]> table = renderSpecial ? special : plain;
        byte[] known = table.get(token);
        if (known == null) {
            known = read(token, renderSpecial);
            table.set(token, known);
        }
        return known;
    }

    private byte[] read(int token, boolean renderSpecial) {
        MemorySegment vocab = acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PIECE_BYTES);
            int length = api.piece(vocab, token, buffer, renderSpecial);
            if (length < 0) {
                buffer = arena.allocate(-(long) length);
                length = api.piece(vocab, token, buffer, renderSpecial);
            }
            if (length < 0) {
                throw new LlamaException("llama_token_to_piece gave " + length + " for token " + token);
            }
            return buffer.asSlice(0, length).toArray(JAVA_BYTE);
        } finally {
            model.release();
        }
    }

    @Override
    public boolean endsGeneration(int token) {
        requireToken(token);
        return ends.get(token);
    }

    @Override
    public int[] specialTokens() {
        return specials.stream().toArray();
    }

    @Override
    public int vocabularySize() {
        return size;
    }

    /** Throws unless this is a token of the vocabulary. */
    void requireToken(int token) {
        if (token < 0 || token >= size) {
            throw new IllegalArgumentException("token " + token + " is not in the vocabulary of " + size);
        }
    }
}
