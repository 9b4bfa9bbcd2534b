package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files made to mislead the reader are refused with a sentence, and cost next to nothing. */
class HostileGgufTest {
    private static final int ARRAY = GgufType.ARRAY.ordinal();
    private static final int TEXT = GgufType.STRING.ordinal();

    private static GgufException refusal(byte[] bytes) {
        return catchThrowableOfType(
                GgufException.class, () -> GgufFile.read("bad.gguf", new InMemoryChannel(bytes), Set.of()));
    }

    static Stream<Arguments> otherFormats() {
        return Stream.of(
                Arguments.of("", "the file has only 0 bytes"),
                Arguments.of("GGUF", "the file has only 4 bytes"),
                Arguments.of("PK\3\4 zip archive of some length", "no GGUF file: it begins with 'PK??'"),
                Arguments.of("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer and not the model"),
                Arguments.of("<!DOCTYPE html><html></html>", "a web page and not the model"),
                Arguments.of("tjggxxxxxxxxxxxxxxxxxxxxxxxx", "an old GGJT model"),
                Arguments.of("lmggxxxxxxxxxxxxxxxxxxxxxxxx", "an old GGML model"));
    }

    @ParameterizedTest
    @MethodSource("otherFormats")
    void otherFormatsAreNamed(String content, String message) {
        assertThat(refusal(content.getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessageStartingWith("bad.gguf: at byte 0: ")
                .hasMessageContaining(message);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of(versioned(1), "GGUF version 1 is no longer supported"),
                Arguments.of(versioned(4), "GGUF version 4 is unknown"),
                Arguments.of(versioned(0), "GGUF version 0 is unknown"),
                Arguments.of(versioned(0x0300_0000), "the file is big-endian"),
                Arguments.of(RawHeader.announcing(-1, 0), "18446744073709551615 tensors are announced"),
                Arguments.of(RawHeader.announcing(1 << 20, 0), "1048576 tensors are announced, at most 131072"),
                Arguments.of(
                        RawHeader.announcing(100_000, 0),
                        "bytes are left: the file is cut off or its counts are wrong"),
                Arguments.of(RawHeader.announcing(0, Long.MIN_VALUE), "metadata keys are announced"),
                Arguments.of(
                        RawHeader.announcing(0, 60_000),
                        "60000 metadata keys are announced, but only 0 bytes are left"));
    }

    private static RawHeader versioned(long version) {
        return new RawHeader().ascii("GGUF").u32(version).u64(0).u64(0);
    }

    static Stream<Arguments> metadata() {
        return Stream.of(
                Arguments.of(one().string("").u32(0).zeros(9), "metadata key 0 is empty"),
                Arguments.of(one().u64(65_536).zeros(70_000), "at most 65535 are allowed"),
                Arguments.of(one().u64(-1).zeros(9), "a string of 18446744073709551615 bytes"),
                Arguments.of(one().u64(1000).zeros(20), "only 20 bytes are left: the file is cut off"),
                Arguments.of(one().string("k").u32(13).zeros(9), "'k' has the unknown value type 13"),
                Arguments.of(one().string("k").u32(-1).zeros(9), "unknown value type 4294967295"),
                Arguments.of(one().string("a\nb\u001b[31m").u32(99).zeros(9), "'a?b?[31m' has the unknown"),
                Arguments.of(one().key("k", GgufType.STRING).u64(1L << 40).zeros(9), "at most 67108864 are allowed"),
                Arguments.of(
                        one().key("k", GgufType.UINT64).u32(1),
                        "8 more bytes are needed, 4 are left: the file is cut off"),
                Arguments.of(array(0, 1L << 62), "announces 4611686018427387904 elements, at most"),
                Arguments.of(array(0, 1 << 24), "announces 16777216 elements, but only 0 bytes are left"),
                Arguments.of(array(TEXT, 1 << 20), "announces 1048576 elements, but only 0 bytes are left"),
                Arguments.of(
                        array(GgufType.UINT64.ordinal(), 100).zeros(700),
                        "bytes are left: the file is cut off or its counts are wrong"),
                Arguments.of(array(TEXT, 2).u64(30).zeros(20), "a string of 30 bytes, but only 20 bytes are left"),
                Arguments.of(array(77, 1).zeros(9), "unknown value type 77"),
                Arguments.of(twice(), "metadata key 'k' is there twice"),
                Arguments.of(nested(5), "is nested more than 4 deep"));
    }

    private static RawHeader one() {
        return RawHeader.announcing(0, 1);
    }

    private static RawHeader array(int elementType, long length) {
        return one().key("k", GgufType.ARRAY).u32(elementType).u64(length);
    }

    private static RawHeader twice() {
        return RawHeader.announcing(0, 2)
                .key("k", GgufType.UINT8)
                .u8(1)
                .key("k", GgufType.UINT8)
                .u8(1)
                .zeros(9);
    }

    private static RawHeader nested(int depth) {
        var header = one().key("k", GgufType.ARRAY);
        for (int i = 1; i < depth; i++) {
            header.u32(ARRAY).u64(1);
        }
        return header.u32(0).u64(1).u8(0);
    }

    static Stream<Arguments> wellKnownKeys() {
        return Stream.of(
                Arguments.of(
                        one().key("general.architecture", GgufType.UINT32).u32(1), "is UINT32, it must be a string"),
                Arguments.of(one().key("general.alignment", GgufType.UINT64).u64(32), "is UINT64, it must be UINT32"),
                Arguments.of(aligned(0), "general.alignment is 0, it must be a power of two"),
                Arguments.of(aligned(24), "general.alignment is 24"),
                Arguments.of(aligned(4), "general.alignment is 4, it must be a power of two from 8"),
                Arguments.of(aligned(1L << 31), "general.alignment is 2147483648"),
                Arguments.of(one().key("general.file_type", GgufType.STRING).string("Q4"), "it must be a whole number"),
                Arguments.of(
                        one().key("tokenizer.ggml.tokens", GgufType.ARRAY)
                                .u32(4)
                                .u64(0),
                        "is an array of UINT32, it must be an array of strings"),
                Arguments.of(
                        ofLlama("context_length", GgufType.FLOAT32).f32(1), "is FLOAT32, it must be a whole number"),
                Arguments.of(ofLlama("block_count", GgufType.INT32).u32(-1), "is the number -1, it must be a whole"),
                Arguments.of(
                        ofLlama("attention.head_count", GgufType.BOOL).u8(1), "a whole number or an array of them"));
    }

    private static RawHeader aligned(long alignment) {
        return one().key("general.alignment", GgufType.UINT32).u32(alignment);
    }

    private static RawHeader ofLlama(String key, GgufType type) {
        return RawHeader.announcing(0, 2)
                .key("general.architecture", GgufType.STRING)
                .string("llama")
                .key("llama." + key, type);
    }

    static Stream<Arguments> tensors() {
        return Stream.of(
                Arguments.of(tensor("", GgmlType.F32, 0, 4), "the name of tensor 0 has 0 bytes"),
                Arguments.of(tensor("x".repeat(65), GgmlType.F32, 0, 4), "has 65 bytes, 1 to 64 are allowed"),
                Arguments.of(tensor("a", GgmlType.F32, 0, 1, 1, 1, 1, 1), "has 5 dimensions, at most 4"),
                Arguments.of(tensor("a", GgmlType.F32, 0, -4), "has a dimension of 18446744073709551612"),
                Arguments.of(tensor("a", GgmlType.Q4_0, 0, 33), "rows of 33 numbers, which are not whole blocks of 32"),
                Arguments.of(tensor("a", GgmlType.F32, 0, 1L << 32, 1L << 32), "more than any file can hold"),
                Arguments.of(tensor("a", GgmlType.F64, 0, 1L << 61), "more than any file can hold"),
                Arguments.of(tensor("a", GgmlType.F32, 4, 4), "no multiple of the alignment 32"),
                Arguments.of(tensor("a", GgmlType.F32, -32, 4), "begins at 18446744073709551584 in the data"),
                Arguments.of(tensor("a", GgmlType.I8, Long.MAX_VALUE - 31, 32), "ends beyond 2^63 bytes"),
                Arguments.of(
                        RawHeader.announcing(1, 0)
                                .string("a")
                                .u32(1)
                                .u64(32)
                                .u32(31)
                                .u64(0)
                                .zeros(99),
                        "tensor 'a' has the unknown or withdrawn type 31"),
                Arguments.of(
                        RawHeader.announcing(1, 0)
                                .string("a")
                                .u32(1)
                                .u64(32)
                                .u32(-1)
                                .u64(0)
                                .zeros(99),
                        "type 4294967295"),
                Arguments.of(pair("a", 0, "a", 128), "tensor 'a' is there twice"),
                Arguments.of(pair("a", 0, "b", 32), "tensor 'b' overlaps tensor 'a'"),
                Arguments.of(pair("a", 0, "b", 0), "overlaps tensor"),
                Arguments.of(pair("a", 0, "b", 1024), "the file is cut off: tensor 'b' ends at byte"));
    }

    private static RawHeader tensor(String name, GgmlType type, long offset, long... dimensions) {
        return RawHeader.announcing(1, 0)
                .tensor(name, type, offset, dimensions)
                .padTo(32)
                .zeros(256);
    }

    private static RawHeader pair(String first, long firstOffset, String second, long secondOffset) {
        return RawHeader.announcing(2, 0)
                .tensor(first, GgmlType.F32, firstOffset, 16)
                .tensor(second, GgmlType.F32, secondOffset, 16)
                .padTo(32)
                .zeros(256);
    }

    @ParameterizedTest
    @MethodSource({"headers", "metadata", "wellKnownKeys", "tensors"})
    void hostileHeadersAreRefusedInWords(RawHeader header, String message) {
        assertThat(refusal(header.toBytes()))
                .hasMessageStartingWith("bad.gguf: at byte ")
                .hasMessageContaining(message);
    }

    @Test
    void everyCutOfAValidFileIsRefused() throws IOException {
        byte[] whole = RawHeader.announcing(1, 2)
                .key("general.architecture", GgufType.STRING)
                .string("llama")
                .key("t", GgufType.ARRAY)
                .u32(TEXT)
                .u64(2)
                .string("one")
                .string("two")
                .tensor("a", GgmlType.F32, 0, 8)
                .padTo(32)
                .zeros(32)
                .toBytes();
        GgufFile.read("whole.gguf", new InMemoryChannel(whole), Set.of());
        for (int length = 0; length < whole.length; length++) {
            assertThat(refusal(Arrays.copyOf(whole, length)))
                    .describedAs("cut to %d bytes", length)
                    .isNotNull();
        }
    }

    @Test
    void fileThatShrinksWhileItIsReadIsRefused() {
        byte[] bytes = RawHeader.announcing(0, 1).string("key").toBytes();
        var shrunk = new InMemoryChannel(bytes, Integer.MAX_VALUE, 1 << 20);
        assertThat(catchThrowableOfType(GgufException.class, () -> GgufFile.read("x.gguf", shrunk, Set.of())))
                .hasMessageContaining("became shorter while it was read");
    }

    /** A sparse file: it is long without filling a disk, and every count in it is true. */
    @Test
    void headerLongerThanItsLimitIsRefusedHoweverLongTheFileIs(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("long.gguf");
        int length = HeaderParser.ARRAY_ELEMENTS_MAX;
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(RawHeader.announcing(0, 9).toBytes()));
            for (int i = 0; i < 9; i++) {
                var key = new RawHeader().key("k" + i, GgufType.ARRAY).u32(0).u64(length);
                channel.write(ByteBuffer.wrap(key.toBytes()));
                channel.position(channel.position() + length);
            }
            channel.write(ByteBuffer.allocate(1));
        }
        assertThat(catchThrowableOfType(
                        GgufException.class, () -> GgufFile.read(path, GgufReadOption.OMIT_LARGE_ARRAYS)))
                .hasMessageContaining("bytes are left: a header has at most 128 MiB");
        assertThat(Files.size(path)).isGreaterThan(HeaderInput.HEADER_BYTES_MAX);
    }

    @Test
    void fileOfAKilobyteCostsKilobytes() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 2; round++) {
            for (Arguments arguments : Stream.concat(headers(), Stream.concat(metadata(), tensors()))
                    .toList()) {
                byte[] bytes = ((RawHeader) arguments.get()[0]).toBytes();
                if (bytes.length > 1024) {
                    continue;
                }
                long before = threads.getCurrentThreadAllocatedBytes();
                refusal(bytes);
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                // The first round loads classes.
                if (round > 0) {
                    assertThat(allocated).describedAs("%s", arguments.get()[1]).isLessThan(64 << 10);
                }
            }
        }
    }

    @Test
    void longHostileNamesAreCutInMessages() {
        String name = "k".repeat(5000);
        assertThat(refusal(one().string(name).u32(99).zeros(9).toBytes()).getMessage())
                .hasSizeLessThan(300);
    }
}
