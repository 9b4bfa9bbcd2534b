package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
    private static GgufFile read(RawHeader header, GgufReadOption... options) throws IOException {
        return GgufFile.read("test.gguf", new InMemoryChannel(header.toBytes()), Set.of(options));
    }

    @Test
    void everyScalarTypeKeepsItsRange() throws IOException {
        GgufFile file = read(RawHeader.announcing(0, 13)
                .key("u8", GgufType.UINT8)
                .u8(255)
                .key("i8", GgufType.INT8)
                .u8(-1)
                .key("u16", GgufType.UINT16)
                .u16(65_535)
                .key("i16", GgufType.INT16)
                .u16(-2)
                .key("u32", GgufType.UINT32)
                .u32(0xFFFF_FFFFL)
                .key("i32", GgufType.INT32)
                .u32(-3)
                .key("u64", GgufType.UINT64)
                .u64(-1)
                .key("i64", GgufType.INT64)
                .u64(Long.MIN_VALUE)
                .key("f32", GgufType.FLOAT32)
                .f32(1e-6f)
                .key("f64", GgufType.FLOAT64)
                .f64(Math.PI)
                .key("yes", GgufType.BOOL)
                .u8(1)
                .key("no", GgufType.BOOL)
                .u8(0)
                .key("text", GgufType.STRING)
                .string("Grüße 你好"));
        assertThat(file.metadata().values().stream().map(GgufValue::plain))
                .containsExactly(
                        255L,
                        -1L,
                        65_535L,
                        -2L,
                        4_294_967_295L,
                        -3L,
                        new BigInteger("18446744073709551615"),
                        Long.MIN_VALUE,
                        1e-6f,
                        Math.PI,
                        true,
                        false,
                        "Grüße 你好");
        assertThat(file.metadata().keySet()).startsWith("u8", "i8", "u16").endsWith("no", "text");
    }

    @Test
    void arraysOfEveryTypeAndNestedOnesAreRead() throws IOException {
        GgufFile file = read(RawHeader.announcing(0, 5)
                .key("bytes", GgufType.ARRAY)
                .u32(GgufType.UINT8.ordinal())
                .u64(2)
                .u8(1)
                .u8(200)
                .key("doubles", GgufType.ARRAY)
                .u32(GgufType.FLOAT64.ordinal())
                .u64(1)
                .f64(0.5)
                .key("flags", GgufType.ARRAY)
                .u32(GgufType.BOOL.ordinal())
                .u64(2)
                .u8(0)
                .u8(7)
                .key("texts", GgufType.ARRAY)
                .u32(GgufType.STRING.ordinal())
                .u64(3)
                .string("a")
                .string("")
                .string("çde")
                .key("nested", GgufType.ARRAY)
                .u32(GgufType.ARRAY.ordinal())
                .u64(2)
                .u32(GgufType.INT16.ordinal())
                .u64(1)
                .u16(-5)
                .u32(GgufType.STRING.ordinal())
                .u64(0));
        assertThat(file.metadata().values().stream().map(GgufValue::plain))
                .containsExactly(
                        List.of(1L, 200L),
                        List.of(0.5),
                        List.of(false, true),
                        List.of("a", "", "çde"),
                        List.of(List.of(-5L), List.of()));
    }

    @Test
    void tensorsComeInFileOrderWithSizesAndOffsets() throws IOException {
        GgufFile file = read(RawHeader.announcing(2, 1)
                .key("general.architecture", GgufType.STRING)
                .string("llama")
                .tensor("b", GgmlType.Q4_0, 64, 64, 2)
                .tensor("a", GgmlType.F32, 0, 3, 2)
                .padTo(32)
                .zeros(64 + 72));
        assertThat(file.tensors())
                .containsExactly(
                        new GgufTensor("b", List.of(64L, 2L), GgmlType.Q4_0, 64, 0),
                        new GgufTensor("a", List.of(3L, 2L), GgmlType.F32, 0, 0));
        assertThat(file.tensors()).extracting(GgufTensor::bytes).containsExactly(72L, 24L);
        assertThat(file.parameterCount()).isEqualTo(134);
        assertThat(file.tensorBytes()).isEqualTo(96);
        assertThat(file.parts().getFirst().dataOffset() % 32).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void shortReadsChangeNothing(int runMax) throws IOException {
        byte[] bytes = RawHeader.announcing(1, 2)
                .key("general.architecture", GgufType.STRING)
                .string("llama")
                .key("texts", GgufType.ARRAY)
                .u32(GgufType.STRING.ordinal())
                .u64(2)
                .string("one")
                .string("two")
                .tensor("a", GgmlType.F32, 0, 4)
                .padTo(32)
                .zeros(16)
                .toBytes();
        for (var options : List.of(Set.<GgufReadOption>of(), EnumSet.of(GgufReadOption.OMIT_LARGE_ARRAYS))) {
            var file = GgufFile.read("x.gguf", new InMemoryChannel(bytes, runMax, bytes.length), options);
            assertThat(file.metadata().get("texts").plain()).isEqualTo(List.of("one", "two"));
            assertThat(file.tensors()).hasSize(1);
        }
    }

    @Test
    void largeArraysCanBeLeftOut() throws IOException {
        var header = RawHeader.announcing(0, 3)
                .key("tokens", GgufType.ARRAY)
                .u32(GgufType.STRING.ordinal())
                .u64(1025);
        for (int i = 0; i < 1025; i++) {
            header.string("token" + i);
        }
        header.key("scores", GgufType.ARRAY)
                .u32(GgufType.FLOAT32.ordinal())
                .u64(2000)
                .zeros(8000);
        header.key("last", GgufType.UINT32).u32(9);
        GgufFile file = read(header, GgufReadOption.OMIT_LARGE_ARRAYS);
        assertThat(file.metadata())
                .containsEntry("tokens", new GgufValue.Omitted(GgufType.STRING, 1025))
                .containsEntry("scores", new GgufValue.Omitted(GgufType.FLOAT32, 2000))
                .containsEntry("last", GgufValue.ofUnsigned(9));
        assertThatThrownBy(() -> file.metadata().get("tokens").plain())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1025 elements");
        var whole = (GgufStrings) read(header).array("tokens").orElseThrow();
        assertThat(whole.textAt(1024)).isEqualTo("token1024");
        assertThatThrownBy(() -> whole.textAt(1025)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void wellKnownKeysHaveAccessors() throws IOException {
        GgufFile file = read(RawHeader.announcing(0, 6)
                .key("general.architecture", GgufType.STRING)
                .string("qwen3")
                .key("general.file_type", GgufType.UINT32)
                .u32(15)
                .key("qwen3.context_length", GgufType.UINT32)
                .u32(40_960)
                .key("qwen3.embedding_length", GgufType.UINT32)
                .u32(5120)
                .key("qwen3.block_count", GgufType.UINT32)
                .u32(64)
                .key("tokenizer.chat_template", GgufType.STRING)
                .string("{{ x }}"));
        assertThat(file.architecture()).isEqualTo("qwen3");
        assertThat(file.quantizationLevel()).isEqualTo("Q4_K_M");
        assertThat(file.contextLength()).hasValue(40_960);
        assertThat(file.embeddingLength()).hasValue(5120);
        assertThat(file.blockCount()).hasValue(64);
        assertThat(file.chatTemplate()).hasValue("{{ x }}");
    }

    @Test
    void absentKeysAreUnknownOrEmpty() throws IOException {
        GgufFile file = read(RawHeader.announcing(0, 0));
        assertThat(file.architecture()).isEqualTo("unknown");
        assertThat(file.quantizationLevel()).isEqualTo("unknown");
        assertThat(file.contextLength()).isEmpty();
        assertThat(file.chatTemplate()).isEmpty();
        assertThat(file.parameterSize()).isEqualTo("0");
    }

    @Test
    void parameterSizesReadAsOllamaPrintsThem() throws IOException {
        assertThat(sizeOf(8_030_261_248L)).isEqualTo("8.0B");
        assertThat(sizeOf(8_000_000_000L)).isEqualTo("8B");
        assertThat(sizeOf(494_032_768L)).isEqualTo("494.03M");
        assertThat(sizeOf(70_000_000L)).isEqualTo("70M");
        assertThat(sizeOf(260_500L)).isEqualTo("261K");
        assertThat(sizeOf(999L)).isEqualTo("999");
    }

    private static String sizeOf(long elements) throws IOException {
        var header = RawHeader.announcing(1, 0).tensor("a", GgmlType.I8, 0, elements);
        return read(header, GgufReadOption.ALLOW_MISSING_DATA).parameterSize();
    }

    @Test
    void headerAloneNeedsTheOption() throws IOException {
        var header = RawHeader.announcing(1, 0).tensor("a", GgmlType.F32, 0, 1000);
        assertThatThrownBy(() -> read(header)).isInstanceOf(GgufException.class);
        assertThat(read(header, GgufReadOption.ALLOW_MISSING_DATA).parameterCount())
                .isEqualTo(1000);
    }

    @Test
    void missingFileIsNoGgufFault() {
        assertThatThrownBy(() -> GgufFile.read(Path.of("no-such-file.gguf"))).isInstanceOf(NoSuchFileException.class);
    }
}
