package dev.llamero.models.tiny;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import dev.llamero.models.TensorRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Makes a GGUF of the plain files that {@code models/tiny-qwen3/train/export.py} writes. The same files give the same
 * bytes. Used by one thread.
 */
public final class TinyModelExport {
    private static final int QUANTIZATION_VERSION = 2;
    /** {@code llama_ftype} of the two types that the matrices may have. */
    private static final int FILE_TYPE_F16 = 1;

    private static final int FILE_TYPE_Q8 = 7;

    private final Path folder;
    private final GgmlType weights;
    private final GgufWriter writer = new GgufWriter();

    private TinyModelExport(Path folder, GgmlType weights) {
        this.folder = folder;
        this.weights = weights;
    }

    /**
     * Writes the model.
     *
     * @param arguments folder of the plain files, chat template, GGUF to write, and F16 or Q8_0 for the matrices
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("usage: FOLDER CHAT_TEMPLATE OUT.gguf F16|Q8_0");
        }
        write(
                Path.of(arguments[0]),
                Files.readString(Path.of(arguments[1])),
                Path.of(arguments[2]),
                GgmlType.valueOf(arguments[3].toUpperCase(Locale.ROOT)));
    }

    /** Writes the model with matrices of this type, F16 or Q8_0; norms stay F32. */
    public static void write(Path folder, String chatTemplate, Path out, GgmlType weights) throws IOException {
        if (weights != GgmlType.F16 && weights != GgmlType.Q8_0) {
            throw new IllegalArgumentException("the matrices are written as F16 or Q8_0, not as " + weights);
        }
        var export = new TinyModelExport(folder, weights);
        export.putModel();
        export.putTokenizer(chatTemplate);
        export.addTensors();
        export.writer.write(out);
    }

    private void putModel() throws IOException {
        writer.put("general.architecture", GgufValue.of("qwen3"))
                .put("general.type", GgufValue.of("model"))
                .put("general.name", GgufValue.of("tiny-qwen3"))
                .put("general.description", GgufValue.of("Built-in self-test model of Llamero, trained from scratch"))
                .put("general.license", GgufValue.of("apache-2.0"))
                .put("general.file_type", GgufValue.ofUnsigned(weights == GgmlType.F16 ? FILE_TYPE_F16 : FILE_TYPE_Q8))
                .put("general.quantization_version", GgufValue.ofUnsigned(QUANTIZATION_VERSION));
        for (String line : lines("settings.txt")) {
            String[] parts = line.split(" ");
            boolean whole = parts[1].chars().allMatch(Character::isDigit);
            writer.put(
                    "qwen3." + parts[0],
                    whole
                            ? GgufValue.ofUnsigned(Integer.parseInt(parts[1]))
                            : GgufValue.of(Float.parseFloat(parts[1])));
        }
    }

    private void putTokenizer(String chatTemplate) throws IOException {
        List<String> lines = lines("tokens.txt");
        List<String> tokens = lines.stream().map(line -> line.substring(2)).toList();
        int[] types = lines.stream().mapToInt(line -> line.charAt(0) - '0').toArray();
        int end = tokens.indexOf("<|endoftext|>");
        writer.put("tokenizer.ggml.model", GgufValue.of("gpt2"))
                .put("tokenizer.ggml.pre", GgufValue.of("qwen2"))
                .put("tokenizer.ggml.tokens", GgufValue.ofStrings(tokens))
                .put("tokenizer.ggml.token_type", GgufValue.ofInts(types))
                .put("tokenizer.ggml.merges", GgufValue.ofStrings(lines("merges.txt")))
                .put("tokenizer.ggml.eos_token_id", GgufValue.ofUnsigned(tokens.indexOf("<|im_end|>")))
                .put("tokenizer.ggml.bos_token_id", GgufValue.ofUnsigned(end))
                .put("tokenizer.ggml.padding_token_id", GgufValue.ofUnsigned(end))
                .put("tokenizer.ggml.add_bos_token", GgufValue.of(false))
                .put("tokenizer.chat_template", GgufValue.of(chatTemplate));
    }

    private void addTensors() throws IOException {
        try (var data = FileChannel.open(folder.resolve("tensors.bin"))) {
            for (String line : lines("tensors.txt")) {
                String[] parts = line.split(" ");
                List<Long> dimensions =
                        Arrays.stream(parts).skip(1).map(Long::valueOf).toList();
                long count = dimensions.stream().reduce(1L, Math::multiplyExact);
                GgmlType type = dimensions.size() == 1 ? GgmlType.F32 : weights;
                writer.tensor(parts[0], type, dimensions, TensorRows.of(floats(data, Math.toIntExact(count))));
            }
            if (data.position() != data.size()) {
                throw new IOException("tensors.bin has " + (data.size() - data.position()) + " bytes too many");
            }
        }
    }

    private static float[] floats(FileChannel data, int count) throws IOException {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (data.read(bytes) < 0) {
                throw new IOException("tensors.bin ends too early");
            }
        }
        var numbers = new float[count];
        bytes.flip().asFloatBuffer().get(numbers);
        return numbers;
    }

    private List<String> lines(String name) throws IOException {
        return Files.readString(folder.resolve(name)).lines().toList();
    }
}
