package dev.llamero.models.create;

import dev.llamero.models.GgufFile;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Layer;
import java.util.List;
import java.util.Optional;

/**
 * A layer on its way into a manifest.
 *
 * @param status what the client is told about it
 * @param gguf header of weights; empty for texts
 * @param fresh whether the weights come from a file of the request, which llama.cpp has not seen yet
 * @param shards if the weights are split: all parts in order, this one first
 */
record Part(Layer layer, String status, Optional<GgufFile> gguf, boolean fresh, List<Shard> shards) {
    /** One file of a split model, and the name that it came with. */
    record Shard(String fileName, Layer layer) {}

    /** A blob that was just written. */
    static Part of(String mediaType, Blobs.Added added, Optional<GgufFile> gguf) {
        String status = (added.isNew() ? "creating new layer " : "using existing layer ") + added.digest();
        return new Part(new Layer(mediaType, added.digest(), added.size()), status, gguf, false, List.of());
    }

    /** A layer whose blob was there before. */
    static Part existing(Layer layer, Optional<GgufFile> gguf, boolean fresh) {
        return new Part(layer, "using existing layer " + layer.digest(), gguf, fresh, List.of());
    }

    Part withStatus(String other) {
        return new Part(layer, other, gguf, fresh, shards);
    }

    Part withShards(List<Shard> all) {
        return new Part(layer, status, gguf, fresh, all);
    }

    boolean is(String mediaType) {
        return layer.mediaType().equals(mediaType);
    }
}
