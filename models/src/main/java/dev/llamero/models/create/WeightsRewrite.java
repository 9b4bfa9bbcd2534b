package dev.llamero.models.create;

import dev.llamero.models.GgufFile;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;

/**
 * Passes weights through llama.cpp: new files once, which checks them and joins split ones, and those that are to be
 * stored as another type. Used by one thread.
 */
final class WeightsRewrite {
    private static final System.Logger LOG = System.getLogger(WeightsRewrite.class.getName());
    private static final Set<String> UNQUANTIZED = Set.of("F16", "BF16", "F32");
    /** Parts of a model for more than text, which llama.cpp would leave out. */
    private static final List<String> FOREIGN_TENSORS = List.of("a.", "mm.", "mtp.", "s.", "v.");
    /** What the client is shown instead of a digest, which is not known yet. */
    private static final String NO_DIGEST = "0000000000000000000";

    private static final long REPORT_NANOS = 60_000_000;

    private final StoreFolder store;
    private final StoreFolder.Hold hold;
    private final GgufRewriter rewriter;
    private final Progress progress;

    WeightsRewrite(StoreFolder store, StoreFolder.Hold hold, GgufRewriter rewriter, Progress progress) {
        this.store = store;
        this.hold = hold;
        this.rewriter = rewriter;
        this.progress = progress;
    }

    /** The part as it is stored. */
    Part of(Part part, Optional<Quantization> wanted) throws IOException {
        if (!part.is(Layer.MODEL)) {
            return part;
        }
        GgufFile weights = part.gguf().orElseThrow();
        String present = weights.quantizationLevel();
        if (wanted.isPresent() && !UNQUANTIZED.contains(present)) {
            throw new CreateException(500, "quantization is only supported for F16, BF16 and F32 models");
        }
        if (wanted.isPresent() && !wanted.get().name().equals(present)) {
            return rewritten(part, wanted, "quantizing " + present + " model to " + wanted.get());
        }
        boolean foreign = weights.tensors().stream()
                .anyMatch(tensor -> FOREIGN_TENSORS.stream()
                        .anyMatch(prefix -> tensor.name().startsWith(prefix)));
        if (!part.fresh() || foreign && part.shards().isEmpty()) {
            return part;
        }
        if (part.shards().isEmpty() && !rewriter.isAvailable()) {
            LOG.log(System.Logger.Level.WARNING, "stored a model unchecked, since llama.cpp cannot be loaded");
            return Part.existing(part.layer().takenFrom(""), part.gguf(), false);
        }
        return rewritten(part, Optional.empty(), "validating GGUF model");
    }

    private Part rewritten(Part part, Optional<Quantization> type, String status) throws IOException {
        long size = part.shards().isEmpty()
                ? part.layer().size()
                : part.shards().stream()
                        .mapToLong(shard -> shard.layer().size())
                        .sum();
        store.blobs().requireSpace(size);
        Path target = store.blobs().newFile();
        try {
            Path source = source(part);
            try {
                rewriter.rewrite(source, target, type, reporting(status, size));
            } finally {
                removeLinks(part, source);
            }
            progress.report("verifying conversion");
            GgufFile header = SourceFiles.header(target, "the converted model");
            Blobs.Added added = store.blobs().addFile(target);
            hold.add(added.digest());
            return Part.of(Layer.MODEL, added, Optional.of(header));
        } finally {
            Files.deleteIfExists(target);
        }
    }

    private DoubleConsumer reporting(String status, long size) {
        long[] last = {0};
        return fraction -> {
            if (fraction >= 1 || System.nanoTime() - last[0] >= REPORT_NANOS) {
                last[0] = System.nanoTime();
                progress.report(new Progress.Line(status, NO_DIGEST, size, (long) (fraction * size)));
            }
        };
    }

    /** The file for llama.cpp; it finds the other parts of a split model by their names, so they get links. */
    private Path source(Part part) throws IOException {
        if (part.shards().isEmpty()) {
            return store.blobs().path(part.layer().digest());
        }
        Path folder = Files.createDirectory(store.blobs()
                .folder()
                .resolve(Blobs.LINKS + System.nanoTime() + "-"
                        + ProcessHandle.current().pid()));
        for (Part.Shard shard : part.shards()) {
            Path link = folder.resolve(shard.fileName());
            Path blob = store.blobs().path(shard.layer().digest()).toAbsolutePath();
            try {
                Files.createLink(link, blob);
            } catch (UnsupportedOperationException | FileSystemException e) {
                LOG.log(System.Logger.Level.DEBUG, "no hard links here, so symbolic ones: " + e);
                Files.createSymbolicLink(link, blob);
            }
        }
        return folder.resolve(part.shards().getFirst().fileName());
    }

    private static void removeLinks(Part part, Path source) throws IOException {
        if (!part.shards().isEmpty()) {
            for (Part.Shard shard : part.shards()) {
                Files.deleteIfExists(source.resolveSibling(shard.fileName()));
            }
            Files.deleteIfExists(source.getParent());
        }
    }
}
