package dev.llamero.models;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The header of a GGUF model, versions 2 and 3: metadata and the table of tensors, without the weights. Reading checks
 * everything that a hostile or damaged file could use against us, and closes the file. Instances are immutable and free
 * to share between threads.
 *
 * <p>Format: <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">gguf.md</a>.
 */
public final class GgufFile {
    private final int version;
    private final int alignment;
    private final Map<String, GgufValue> metadata;
    private final List<GgufTensor> tensors;
    private final List<GgufPart> parts;

    private GgufFile(HeaderParser.Header first, List<GgufTensor> tensors, List<GgufPart> parts) {
        this.version = first.version();
        this.alignment = first.alignment();
        this.metadata = first.metadata();
        this.tensors = Collections.unmodifiableList(tensors);
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads a model's header. Of a split model give the first part ({@code NAME-00001-of-00003.gguf}); the others are
     * found beside it, checked and put together.
     *
     * @throws GgufException if a file is no GGUF, damaged, incomplete, or over a limit
     * @throws IOException if a file cannot be read
     */
    public static GgufFile read(Path path, GgufReadOption... options) throws IOException {
        Set<GgufReadOption> chosen = Set.of(options);
        HeaderParser.Header first = header(path, chosen, 0);
        String file = path.getFileName().toString();
        int count = SplitFiles.count(file, first.metadata());
        if (count == 1 || chosen.contains(GgufReadOption.SINGLE_PART)) {
            return new GgufFile(first, first.tensors(), List.of(part(path, first)));
        }
        long number = SplitFiles.number(first.metadata(), WellKnownKeys.SPLIT_NO, 0);
        if (number != 0) {
            throw new GgufException(
                    file,
                    0,
                    "this is part " + (number + 1) + " of " + count + " of a split model: give the first part");
        }
        return combine(first, SplitFiles.siblings(path, count), chosen);
    }

    /**
     * Reads a split model whose parts have other names, as in a store that names files by their hash.
     *
     * @param paths all parts, in the order of their {@code split.no}
     */
    public static GgufFile readParts(List<Path> paths, GgufReadOption... options) throws IOException {
        Set<GgufReadOption> chosen = Set.of(options);
        HeaderParser.Header first = header(paths.getFirst(), chosen, 0);
        String file = paths.getFirst().getFileName().toString();
        int count = SplitFiles.count(file, first.metadata());
        if (count != paths.size()) {
            throw new GgufException(file, 0, "the model is split in " + count + " files, not in " + paths.size());
        }
        return combine(first, paths, chosen);
    }

    /** Reads one header from any channel; what is beside it is out of reach, so parts of a split model stay apart. */
    static GgufFile read(String name, SeekableByteChannel channel, Set<GgufReadOption> options) throws IOException {
        var header = new HeaderParser(new HeaderInput(name, channel), options).parse(0);
        return new GgufFile(
                header, header.tensors(), List.of(new GgufPart(Path.of(""), channel.size(), header.dataOffset())));
    }

    private static GgufFile combine(HeaderParser.Header first, List<Path> paths, Set<GgufReadOption> options)
            throws IOException {
        var tensors = new ArrayList<GgufTensor>();
        var parts = new ArrayList<GgufPart>();
        var names = new HashSet<String>();
        for (int i = 0; i < paths.size(); i++) {
            Path path = paths.get(i);
            String file = path.getFileName().toString();
            HeaderParser.Header header = i == 0 ? first : header(path, options, i);
            long number = SplitFiles.number(header.metadata(), WellKnownKeys.SPLIT_NO, -1);
            if (number != i) {
                String said = number < 0 ? "missing" : Long.toString(number);
                throw new GgufException(file, 0, "split.no is " + said + ", it must be " + i);
            }
            int count = SplitFiles.count(file, header.metadata());
            if (count != paths.size()) {
                throw new GgufException(file, 0, "split.count is " + count + ", the first part says " + paths.size());
            }
            for (GgufTensor tensor : header.tensors()) {
                if (!names.add(tensor.name())) {
                    String shown = GgufException.quoted(tensor.name());
                    throw new GgufException(file, 0, "tensor " + shown + " is in an earlier part as well");
                }
            }
            tensors.addAll(header.tensors());
            parts.add(part(path, header));
        }
        long expected = SplitFiles.number(first.metadata(), WellKnownKeys.SPLIT_TENSORS, tensors.size());
        if (expected != tensors.size()) {
            throw new GgufException(
                    paths.getFirst().getFileName().toString(),
                    0,
                    "split.tensors.count is " + expected + ", the parts hold " + tensors.size() + " tensors");
        }
        return new GgufFile(first, tensors, parts);
    }

    private static HeaderParser.Header header(Path path, Set<GgufReadOption> options, int part) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(path, StandardOpenOption.READ)) {
            String name = path.getFileName().toString();
            return new HeaderParser(new HeaderInput(name, channel), options).parse(part);
        }
    }

    private static GgufPart part(Path path, HeaderParser.Header header) throws IOException {
        return new GgufPart(path, Files.size(path), header.dataOffset());
    }

    /** The format's version, 2 or 3. */
    public int version() {
        return version;
    }

    /** Bytes to whose multiples tensors begin, in the first part. */
    public int alignment() {
        return alignment;
    }

    /** All metadata in the order of the file; of a split model those of the first part. */
    public Map<String, GgufValue> metadata() {
        return metadata;
    }

    /** All tensors in the order of the file, part after part. */
    public List<GgufTensor> tensors() {
        return tensors;
    }

    /** The files, one unless the model is split. */
    public List<GgufPart> parts() {
        return parts;
    }

    /** The family of the model, {@code qwen3}; {@code unknown} where the file does not say. */
    public String architecture() {
        return text(WellKnownKeys.ARCHITECTURE).orElse("unknown");
    }

    /** Tokens that the model was trained for. */
    public OptionalLong contextLength() {
        return whole(architecture() + ".context_length");
    }

    /** Width of the model. */
    public OptionalLong embeddingLength() {
        return whole(architecture() + ".embedding_length");
    }

    /** Number of layers. */
    public OptionalLong blockCount() {
        return whole(architecture() + ".block_count");
    }

    /** The template in Jinja that turns messages into a prompt. */
    public Optional<String> chatTemplate() {
        return text(WellKnownKeys.CHAT_TEMPLATE);
    }

    /** The value of {@code general.file_type}. */
    public OptionalLong fileType() {
        return whole(WellKnownKeys.FILE_TYPE);
    }

    /** The file type as Ollama names it, {@code Q4_K_M}; {@code unknown} where it has no name for it. */
    public String quantizationLevel() {
        return FileType.name(fileType().orElse(-1));
    }

    /** Numbers in all tensors together. */
    public long parameterCount() {
        return tensors.stream().mapToLong(GgufTensor::elements).sum();
    }

    /** The parameter count as Ollama prints it: {@code 8.0B}, {@code 494.03M}, {@code 70M}. */
    public String parameterSize() {
        long count = parameterCount();
        if (count >= 1_000_000_000) {
            return scaled(count, 1e9, "%.1fB");
        }
        if (count >= 1_000_000) {
            return scaled(count, 1e6, "%.2fM");
        }
        return count >= 1000 ? String.format(Locale.ROOT, "%.0fK", count / 1e3) : Long.toString(count);
    }

    private static String scaled(long count, double unit, String format) {
        double number = count / unit;
        return String.format(Locale.ROOT, number == Math.floor(number) ? "%.0f" + format.substring(4) : format, number);
    }

    /** Bytes of all tensors, without padding and header. */
    public long tensorBytes() {
        return tensors.stream().mapToLong(GgufTensor::bytes).sum();
    }

    /** A string value, if the key is there and is one. */
    public Optional<String> text(String key) {
        return metadata.get(key) instanceof GgufValue.Text text ? Optional.of(text.value()) : Optional.empty();
    }

    /** A whole number, if the key is there and is one. */
    public OptionalLong whole(String key) {
        return metadata.get(key) instanceof GgufValue.Whole whole
                ? OptionalLong.of(whole.value())
                : OptionalLong.empty();
    }

    /** An array, if the key is there and is one. */
    public Optional<GgufValue.Array> array(String key) {
        return metadata.get(key) instanceof GgufValue.Array array ? Optional.of(array) : Optional.empty();
    }
}
