package dev.llamero.models;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a model's attention keeps for each token, layer by layer, from the header.
 *
 * @param keysPerLayer numbers of keys that a layer keeps for a token
 * @param valuesPerLayer numbers of values
 * @param headLengths lengths of a key head and a value head, which must be whole blocks of a quantised cache
 * @param slidingWindow tokens that some layers look back at most; empty where all look at everything
 */
record AttentionShape(long[] keysPerLayer, long[] valuesPerLayer, long[] headLengths, OptionalLong slidingWindow) {
    /** llama.cpp takes 512. */
    private static final int LAYERS_MAX = 4096;

    static AttentionShape of(GgufFile file) {
        String prefix = file.architecture() + ".";
        long blocks = file.blockCount().orElse(0);
        if (blocks > LAYERS_MAX) {
            throw new IllegalArgumentException("the header claims " + blocks + " layers, which no model has");
        }
        int layers = (int) blocks;
        OptionalLong window = file.whole(prefix + "attention.sliding_window");
        Optional<GgufValue> heads = value(file, prefix + "attention.head_count");
        boolean encoder =
                file.metadata().get(prefix + "attention.causal") instanceof GgufValue.Flag causal && !causal.value();
        if (encoder || heads.isEmpty() || layers == 0) {
            // An encoder sees its whole text at once, and a recurrent model has a state of fixed size: neither grows.
            return new AttentionShape(new long[0], new long[0], new long[] {0, 0}, OptionalLong.empty());
        }
        GgufValue keyValueHeads =
                value(file, prefix + "attention.head_count_kv").orElse(heads.get());
        long firstHeads = Math.max(1, perLayer(heads.get(), 0));
        long headLength = file.embeddingLength().orElse(0) / firstHeads;
        long keyLength = file.whole(prefix + "attention.key_length").orElse(headLength);
        long valueLength = file.whole(prefix + "attention.value_length").orElse(headLength);
        // Multi-head latent attention keeps one compressed vector for both.
        boolean latent = file.whole(prefix + "attention.key_length_mla").orElse(0) > 0;
        var keys = new long[layers];
        var values = new long[layers];
        for (int layer = 0; layer < layers; layer++) {
            long kept = perLayer(keyValueHeads, layer);
            keys[layer] = product(kept, keyLength);
            values[layer] = latent ? 0 : product(kept, valueLength);
        }
        var lengths = new long[] {keyLength, latent ? 0 : valueLength};
        return new AttentionShape(keys, values, lengths, window.orElse(0) > 0 ? window : OptionalLong.empty());
    }

    /** Bytes that all layers together keep for a token. */
    long bytesPerToken(KvType type) {
        GgmlType storage = type.storage();
        for (long length : headLengths) {
            if (length % storage.blockElements() != 0) {
                throw new IllegalArgumentException("the KV cache cannot be " + type.label() + ": heads of " + length
                        + " numbers are not whole blocks of " + storage.blockElements() + "; use f16");
            }
        }
        long bytes = 0;
        for (int layer = 0; layer < keysPerLayer.length; layer++) {
            bytes = Math.addExact(bytes, storage.bytes(keysPerLayer[layer]));
            bytes = Math.addExact(bytes, storage.bytes(valuesPerLayer[layer]));
        }
        return bytes;
    }

    /** Keys and values of the layer that keeps most, for one token. */
    long widestLayer() {
        long widest = 0;
        for (int layer = 0; layer < keysPerLayer.length; layer++) {
            widest = Math.max(widest, keysPerLayer[layer] + valuesPerLayer[layer]);
        }
        return widest;
    }

    private static Optional<GgufValue> value(GgufFile file, String key) {
        GgufValue value = file.metadata().get(key);
        return value instanceof GgufValue.Omitted ? Optional.empty() : Optional.ofNullable(value);
    }

    private static long perLayer(GgufValue value, int layer) {
        long number = switch (value) {
            case GgufValue.Whole whole -> whole.value();
            case GgufNumbers numbers -> layer < numbers.size() ? numbers.wholeAt(layer) : 0;
            default -> 0;
        };
        return Math.max(0, number);
    }

    /** Header fields are any numbers; a product beyond a petabyte is no model. */
    private static long product(long heads, long length) {
        if (heads > 1 << 20 || length > 1 << 20) {
            throw new IllegalArgumentException(
                    "the header claims " + heads + " heads of " + length + " numbers, which no model has");
        }
        return heads * length;
    }
}
