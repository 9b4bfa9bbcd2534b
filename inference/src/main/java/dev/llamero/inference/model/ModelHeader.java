package dev.llamero.inference.model;

import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import dev.llamero.models.GgufTensor;
import dev.llamero.models.GgufValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the API tells of a GGUF file's header. Immutable; large arrays of the tokenizer are not kept. */
public final class ModelHeader {
    private final GgufFile file;

    private ModelHeader(GgufFile file) {
        this.file = file;
    }

    static ModelHeader read(Path path) throws IOException {
        return new ModelHeader(GgufFile.read(path, GgufReadOption.OMIT_LARGE_ARRAYS));
    }

    public String architecture() {
        return file.architecture();
    }

    /** As Ollama prints it, {@code 4.33M}. */
    public String parameterSize() {
        return file.parameterSize();
    }

    /** As Ollama prints it, {@code Q4_K_M}. */
    public String quantization() {
        return file.quantizationLevel();
    }

    public OptionalLong contextLength() {
        return file.contextLength();
    }

    public OptionalLong embeddingLength() {
        return file.embeddingLength();
    }

    /** The Jinja chat template. */
    public Optional<String> chatTemplate() {
        return file.chatTemplate();
    }

    boolean isEmbedding() {
        return file.metadata().containsKey(architecture() + ".pooling_type");
    }

    boolean hasBlocks(String part) {
        return file.metadata().containsKey(architecture() + "." + part + ".block_count");
    }

    /** Whether the vocabulary wants a begin-of-text token in front. */
    public boolean addsBos() {
        return flag("tokenizer.ggml.add_bos_token");
    }

    private boolean flag(String key) {
        return file.metadata().get(key) instanceof GgufValue.Flag flag && flag.value();
    }

    /** The id that a key such as {@code tokenizer.ggml.bos_token_id} gives. */
    public OptionalLong tokenId(String kind) {
        return file.whole("tokenizer.ggml." + kind + "_token_id");
    }

    /** How many tokens the vocabulary has; 0 if the file does not say. */
    public int vocabularySize() {
        return file.array("tokenizer.ggml.tokens").map(GgufValue.Array::size).orElse(0);
    }

    /**
     * Metadata for {@code /api/show}: sorted, arrays as null (specification 15.3).
     */
    public Map<String, Object> modelInfo() {
        return info(file);
    }

    /** The same with the arrays, read anew from the file. */
    public static Map<String, Object> verboseModelInfo(Path path) throws IOException {
        GgufFile whole = GgufFile.read(path);
        Map<String, Object> info = info(whole);
        whole.metadata().forEach((key, value) -> {
            if (info.containsKey(key) && value instanceof GgufValue.Array array) {
                info.put(key, array.plain());
            }
        });
        return info;
    }

    /** Metadata of any GGUF file, with or without the arrays. */
    public static Map<String, Object> info(Path path, boolean verbose) throws IOException {
        return verbose ? verboseModelInfo(path) : read(path).modelInfo();
    }

    private static Map<String, Object> info(GgufFile file) {
        Map<String, Object> info = new TreeMap<>();
        file.metadata().forEach((key, value) -> info.put(key, value instanceof GgufValue.Array ? null : value.plain()));
        info.remove("general.name");
        info.remove("tokenizer.chat_template");
        info.put("general.parameter_count", file.parameterCount());
        return info;
    }

    public List<GgufTensor> tensors() {
        return file.tensors();
    }
}
