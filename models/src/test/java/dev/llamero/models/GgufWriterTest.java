package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufWriterTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        var nested = new GgufValue.Nested(List.of(GgufValue.ofInts(1, 2), GgufValue.ofStrings(List.of("x"))));
        Path path = folder.resolve("a.gguf");
        var writer = new GgufWriter()
                .put("general.architecture", GgufValue.of("qwen3"))
                .put("general.alignment", GgufValue.ofUnsigned(64))
                .put("u8", new GgufValue.Whole(GgufType.UINT8, 200))
                .put("i16", new GgufValue.Whole(GgufType.INT16, -7))
                .put("u64", new GgufValue.Whole(GgufType.UINT64, -1))
                .put("f32", GgufValue.of(1e-6f))
                .put("f64", new GgufValue.Real(GgufType.FLOAT64, Math.E))
                .put("flag", GgufValue.of(true))
                .put("texts", GgufValue.ofStrings(List.of("", "ä", "你好")))
                .put("floats", GgufValue.ofFloats(0.5f, -1))
                .put("nested", nested)
                .tensor("one", GgmlType.F32, List.of(3L), TensorRows.of(new float[] {1, 2, 3}))
                .tensor("two", GgmlType.I8, List.of(5L, 2L), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
        writer.write(path);
        GgufFile file = GgufFile.read(path);
        assertThat(file.version()).isEqualTo(3);
        assertThat(file.alignment()).isEqualTo(64);
        assertThat(file.metadata())
                .hasSize(11)
                .containsEntry("u8", new GgufValue.Whole(GgufType.UINT8, 200))
                .containsEntry("i16", new GgufValue.Whole(GgufType.INT16, -7))
                .containsEntry("u64", new GgufValue.Whole(GgufType.UINT64, -1))
                .containsEntry("f32", GgufValue.of(1e-6f))
                .containsEntry("f64", new GgufValue.Real(GgufType.FLOAT64, Math.E))
                .containsEntry("texts", GgufValue.ofStrings(List.of("", "ä", "你好")))
                .containsEntry("floats", GgufValue.ofFloats(0.5f, -1))
                .containsEntry("nested", nested);
        assertThat(file.tensors()).extracting(GgufTensor::offset).containsExactly(0L, 64L);
        byte[] bytes = Files.readAllBytes(path);
        int data = (int) file.parts().getFirst().dataOffset();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(data + 8))
                .isEqualTo(3);
        assertThat(bytes[data + 64 + 9]).isEqualTo((byte) 10);
        assertThat(bytes).hasSize(data + 128);
    }

    @ParameterizedTest
    @CsvSource({"F32, 0", "F16, 0.0005", "BF16, 0.004", "Q8_0, 0.0045", "Q4_0, 0.13", "Q4_1, 0.075"})
    void quantisedNumbersStayCloseToTheFloats(GgmlType type, float errorMax) throws IOException {
        var random = new Random(11);
        var numbers = new float[64 * 16];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat() * 2 - 1;
        }
        Path path = folder.resolve("q.gguf");
        new GgufWriter()
                .tensor("t", type, List.of(64L, 16L), TensorRows.of(numbers))
                .write(path);
        GgufFile file = GgufFile.read(path);
        long start = file.parts().getFirst().dataOffset();
        ByteBuffer data = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        float[] stored = Dequantizer.numbers(type, data.position((int) start), numbers.length);
        float worst = 0;
        for (int i = 0; i < numbers.length; i++) {
            worst = Math.max(worst, Math.abs(numbers[i] - stored[i]));
        }
        assertThat(worst).isLessThanOrEqualTo(errorMax);
    }

    @Test
    void blocksOfZerosStayZero() {
        for (GgmlType type : List.of(GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1)) {
            var out = ByteBuffer.allocate(type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
            Quantizer.row(type, new float[32], out);
            assertThat(Dequantizer.numbers(type, out.flip(), 32)).containsOnly(0f);
        }
    }

    @Test
    void failedWriteLeavesTheOldFileAndNoOther() throws IOException {
        Path path = folder.resolve("a.gguf");
        new GgufWriter().put("k", GgufValue.of("old")).write(path);
        var failing = new GgufWriter()
                .put("k", GgufValue.of("new"))
                .tensor("t", GgmlType.F32, List.of(4L, 4L), (row, values) -> {
                    throw new UncheckedIOException(new IOException("no numbers for row " + row));
                });
        assertThatThrownBy(() -> failing.write(path)).hasMessageContaining("no numbers for row 0");
        assertThat(GgufFile.read(path).text("k")).hasValue("old");
        try (var names = Files.list(folder)) {
            assertThat(names).containsExactly(path);
        }
    }

    @Test
    void headerAloneHasNoData() throws IOException {
        Path path = folder.resolve("h.gguf");
        var writer = new GgufWriter().tensorWithoutData("t", GgmlType.Q6_K, List.of(25_600L, 5120L));
        writer.writeHeader(path);
        assertThat(Files.size(path)).isLessThan(128);
        assertThat(GgufFile.read(path, GgufReadOption.ALLOW_MISSING_DATA).tensorBytes())
                .isEqualTo(25_600L * 5120 / 256 * 210);
        assertThatThrownBy(() -> writer.write(path)).hasMessage("the tensor t has no data");
    }

    @Test
    void misuseIsRefused() {
        var writer = new GgufWriter().put("k", GgufValue.of(true));
        assertThatThrownBy(() -> writer.put("k", GgufValue.of(true))).hasMessage("the key k is there already");
        assertThatThrownBy(() -> writer.put("", GgufValue.of(true))).hasMessage("the key is empty");
        assertThatThrownBy(() -> writer.put("o", new GgufValue.Omitted(GgufType.STRING, 9)))
                .hasMessageContaining("was omitted");
        assertThatThrownBy(() -> writer.tensor("t", GgmlType.Q4_K, List.of(256L), TensorRows.filled(0)))
                .hasMessage("floats are not stored as Q4_K; give its bytes");
        assertThatThrownBy(() -> writer.tensor("t", GgmlType.Q8_0, List.of(33L), TensorRows.filled(0)))
                .hasMessageContaining("cannot have the dimensions [33] as Q8_0");
        assertThatThrownBy(() -> writer.tensor("t", GgmlType.F32, List.of(3L), new byte[11]))
                .hasMessage("t needs 12 bytes and got 11");
    }
}
