package dev.llamero.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Collects metadata and tensors and writes them as a GGUF file of version 3. The file appears under its name only when
 * it is whole and on the disk. Owned by one thread.
 */
public final class GgufWriter {
    private static final int VERSION = 3;

    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> tensors = new LinkedHashMap<>();

    /** How the numbers of one tensor are obtained. */
    private sealed interface Source {
        record Rows(TensorRows rows) implements Source {}

        record Bytes(byte[] bytes) implements Source {}

        record Nothing() implements Source {}
    }

    private record Entry(GgufTensor tensor, Source source) {}

    /**
     * Adds a metadata value.
     *
     * @throws IllegalArgumentException if the key is empty or there already, or the value was omitted when reading
     */
    public GgufWriter put(String key, GgufValue value) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("the key is empty");
        }
        if (value instanceof GgufValue.Omitted) {
            throw new IllegalArgumentException("the value of " + key + " was omitted when it was read");
        }
        if (metadata.putIfAbsent(key, value) != null) {
            throw new IllegalArgumentException("the key " + key + " is there already");
        }
        return this;
    }

    /**
     * Adds a tensor whose numbers are given as floats and stored as F32, F16, BF16, Q8_0, Q4_0 or Q4_1.
     *
     * @param dimensions row length first
     */
    public GgufWriter tensor(String name, GgmlType type, List<Long> dimensions, TensorRows rows) {
        if (!Quantizer.knows(type)) {
            throw new IllegalArgumentException("floats are not stored as " + type + "; give its bytes");
        }
        return add(name, type, dimensions, new Source.Rows(rows));
    }

    /** Adds a tensor of any type whose bytes are ready. */
    public GgufWriter tensor(String name, GgmlType type, List<Long> dimensions, byte[] bytes) {
        add(name, type, dimensions, new Source.Bytes(bytes));
        long wanted = tensors.get(name).tensor().bytes();
        if (wanted != bytes.length) {
            tensors.remove(name);
            throw new IllegalArgumentException(name + " needs " + wanted + " bytes and got " + bytes.length);
        }
        return this;
    }

    /** Adds a tensor to the table alone; such a file can only be written by {@link #writeHeader}. */
    public GgufWriter tensorWithoutData(String name, GgmlType type, List<Long> dimensions) {
        return add(name, type, dimensions, new Source.Nothing());
    }

    private GgufWriter add(String name, GgmlType type, List<Long> dimensions, Source source) {
        if (name.isEmpty() || name.length() > TensorTable.NAME_BYTES_MAX) {
            throw new IllegalArgumentException("the tensor name '" + name + "' has not 1 to 64 characters");
        }
        var tensor = new GgufTensor(name, dimensions, type, 0, 0);
        if (dimensions.isEmpty() || dimensions.size() > 4 || dimensions.getFirst() % type.blockElements() != 0) {
            throw new IllegalArgumentException(name + " cannot have the dimensions " + dimensions + " as " + type);
        }
        if (tensors.putIfAbsent(name, new Entry(tensor, source)) != null) {
            throw new IllegalArgumentException("the tensor " + name + " is there already");
        }
        return this;
    }

    /**
     * Writes header and data, forces them to the disk and renames the finished file to its name. An older file of that
     * name is replaced.
     *
     * @throws IllegalStateException if a tensor has no data
     */
    public void write(Path path) throws IOException {
        for (Entry entry : tensors.values()) {
            if (entry.source() instanceof Source.Nothing) {
                throw new IllegalStateException("the tensor " + entry.tensor().name() + " has no data");
            }
        }
        publish(path, true);
    }

    /** Writes metadata and tensor table alone, for programs that need no weights. */
    public void writeHeader(Path path) throws IOException {
        publish(path, false);
    }

    private void publish(Path path, boolean withData) throws IOException {
        Path target = path.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                writeTo(channel, withData);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        // The new name is an entry of the directory, which has to reach the disk as well.
        try (var directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Writes to a channel from its present position, which counts as the file's start. */
    void writeTo(WritableByteChannel channel, boolean withData) throws IOException {
        var out = new LittleEndianOutput(channel);
        int alignment = alignment();
        writeHead(out, alignment);
        if (!tensors.isEmpty()) {
            out.padTo(alignment);
        }
        if (withData) {
            for (Entry entry : tensors.values()) {
                writeData(out, entry);
                out.padTo(alignment);
            }
        }
        out.flush();
    }

    private int alignment() {
        return metadata.get(WellKnownKeys.ALIGNMENT) instanceof GgufValue.Whole whole
                ? Math.toIntExact(whole.value())
                : WellKnownKeys.ALIGNMENT_DEFAULT;
    }

    private void writeHead(LittleEndianOutput out, int alignment) throws IOException {
        out.intValue(HeaderParser.MAGIC).intValue(VERSION).longValue(tensors.size());
        out.longValue(metadata.size());
        for (var entry : metadata.entrySet()) {
            out.text(entry.getKey());
            out.intValue(entry.getValue().type().ordinal());
            writeValue(out, entry.getValue());
        }
        long offset = 0;
        for (Entry entry : tensors.values()) {
            GgufTensor tensor = entry.tensor();
            out.text(tensor.name()).intValue(tensor.dimensions().size());
            for (long dimension : tensor.dimensions()) {
                out.longValue(dimension);
            }
            out.intValue(tensor.type().id()).longValue(offset);
            offset = Math.addExact(offset, (tensor.bytes() + alignment - 1) / alignment * alignment);
        }
    }

    private static void writeValue(LittleEndianOutput out, GgufValue value) throws IOException {
        switch (value) {
            case GgufValue.Whole whole -> writeWhole(out, whole);
            case GgufValue.Real real
            when real.type() == GgufType.FLOAT32 -> out.intValue(Float.floatToRawIntBits((float) real.value()));
            case GgufValue.Real real -> out.longValue(Double.doubleToRawLongBits(real.value()));
            case GgufValue.Flag flag -> out.byteValue(flag.value() ? 1 : 0);
            case GgufValue.Text text -> out.text(text.value());
            case GgufValue.Array array -> writeArray(out, array);
        }
    }

    private static void writeWhole(LittleEndianOutput out, GgufValue.Whole whole) throws IOException {
        switch (whole.type()) {
            case UINT8, INT8 -> out.byteValue(whole.value());
            case UINT16, INT16 -> out.shortValue(whole.value());
            case UINT32, INT32 -> out.intValue(whole.value());
            default -> out.longValue(whole.value());
        }
    }

    private static void writeArray(LittleEndianOutput out, GgufValue.Array array) throws IOException {
        out.intValue(array.elementType().ordinal()).longValue(array.size());
        switch (array) {
            case GgufNumbers numbers -> out.bytes(numbers.bytes());
            case GgufStrings strings -> {
                for (int i = 0; i < strings.size(); i++) {
                    out.string(strings.bytesAt(i));
                }
            }
            case GgufValue.Nested nested -> {
                for (GgufValue.Array item : nested.items()) {
                    writeArray(out, item);
                }
            }
            case GgufValue.Omitted omitted ->
                throw new IllegalStateException(omitted.size() + " elements were omitted when the array was read");
        }
    }

    private static void writeData(LittleEndianOutput out, Entry entry) throws IOException {
        GgufTensor tensor = entry.tensor();
        switch (entry.source()) {
            case Source.Bytes bytes -> out.bytes(ByteBuffer.wrap(bytes.bytes()));
            case Source.Rows rows -> {
                int rowLength = Math.toIntExact(tensor.dimensions().getFirst());
                var values = new float[rowLength];
                var row = ByteBuffer.allocate(Math.toIntExact(tensor.type().bytes(rowLength)))
                        .order(ByteOrder.LITTLE_ENDIAN);
                long count = rowLength == 0 ? 0 : tensor.elements() / rowLength;
                for (long i = 0; i < count; i++) {
                    rows.rows().fill(i, values);
                    row.clear();
                    Quantizer.row(tensor.type(), values, row);
                    out.bytes(row.flip());
                }
            }
            case Source.Nothing nothing -> throw new IllegalStateException(tensor.name() + " has no data: " + nothing);
        }
    }
}
