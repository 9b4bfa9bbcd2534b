package dev.llamero.models.create;

import dev.llamero.models.GgufException;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import dev.llamero.models.GgufValue;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Blobs of a request as layers: which kind each GGUF file is, and which belong together. Immutable. */
final class SourceFiles {
    private static final byte[] MAGIC = {'G', 'G', 'U', 'F'};
    private static final String SAFETENSORS = "models in safetensors cannot be created here: convert yours with"
            + " llama.cpp's convert_hf_to_gguf.py, and create it from the GGUF file";

    private final StoreFolder store;
    private final StoreFolder.Hold hold;
    private final Progress progress;

    SourceFiles(StoreFolder store, StoreFolder.Hold hold, Progress progress) {
        this.store = store;
        this.hold = hold;
        this.progress = progress;
    }

    /** Layers of model files, in the order of their names. */
    List<Part> models(Map<String, String> files) throws IOException {
        requireGguf(files);
        var parts = new ArrayList<Part>();
        for (var file : new TreeMap<>(files).entrySet()) {
            parts.add(part(file.getKey(), file.getValue()));
        }
        return SplitModels.join(parts);
    }

    /** The layer of an adapter, whose every fault is the request's. */
    List<Part> adapters(Map<String, String> files) throws IOException {
        try {
            return List.of(adapter(files));
        } catch (CreateException e) {
            throw new CreateException(400, e.getMessage());
        }
    }

    private Part adapter(Map<String, String> files) throws IOException {
        requireGguf(files);
        if (files.size() > 1) {
            throw new CreateException(400, "only one adapter is currently supported");
        }
        var file = files.entrySet().iterator().next();
        Part part = part(file.getKey(), file.getValue());
        if (!part.is(Layer.ADAPTER)) {
            throw new CreateException(
                    400,
                    file.getKey() + " is no LoRA adapter: its general.type is not \"adapter\"; use FROM for models");
        }
        return part;
    }

    private void requireGguf(Map<String, String> files) throws IOException {
        if (files.keySet().stream().anyMatch(name -> name.endsWith(".safetensors"))) {
            throw new CreateException(400, SAFETENSORS);
        }
        if (files.keySet().stream().anyMatch(name -> name.endsWith(".gguf"))) {
            return;
        }
        for (String text : files.values()) {
            var digest = Digest.parse(text);
            if (digest.isPresent()
                    && store.blobs().has(digest.get())
                    && isGguf(store.blobs().path(digest.get()))) {
                return;
            }
        }
        throw new CreateException(400, "unknown type");
    }

    private static boolean isGguf(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    private Part part(String name, String text) throws IOException {
        progress.report("parsing GGUF");
        Digest digest = Digest.parse(text).orElseThrow(() -> new CreateException(500, "invalid digest format"));
        hold.add(digest);
        Path blob = store.blobs().path(digest);
        try {
            if (!isGguf(blob)) {
                throw new CreateException(400, "supplied file was not in GGUF format");
            }
            GgufFile header = header(blob, name);
            store.blobs().touch(digest);
            return Part.existing(
                    new Layer(mediaType(header), digest, Files.size(blob)).takenFrom(name), Optional.of(header), true);
        } catch (NoSuchFileException e) {
            throw new CreateException(500, "open " + blob + ": no such file or directory");
        }
    }

    /** @param shown the file's name in an error */
    static GgufFile header(Path blob, String shown) throws IOException {
        try {
            return GgufFile.read(blob, GgufReadOption.OMIT_LARGE_ARRAYS, GgufReadOption.SINGLE_PART);
        } catch (GgufException e) {
            throw new CreateException(400, shown + " is damaged: " + e.getMessage());
        }
    }

    static String mediaType(GgufFile header) {
        String type = header.text("general.type").orElse("model");
        if (type.equals("adapter")) {
            return Layer.ADAPTER;
        }
        return isProjector(header, type) ? Layer.PROJECTOR : Layer.MODEL;
    }

    private static boolean isProjector(GgufFile header, String type) {
        String architecture = header.architecture();
        boolean hasBlocks = header.whole(architecture + ".block_count").orElse(0) > 0;
        boolean sees = header.whole(architecture + ".vision.block_count").orElse(0) > 0;
        boolean encodes = flag(header, "clip.has_vision_encoder") || flag(header, "clip.has_audio_encoder");
        return type.equals("projector")
                || type.equals("mmproj")
                || !hasBlocks && (sees || architecture.equals("clip") && encodes);
    }

    private static boolean flag(GgufFile header, String key) {
        return header.metadata().get(key) instanceof GgufValue.Flag flag && flag.value();
    }
}
