package dev.llamero.models;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the header of one GGUF file: magic, version, metadata, tensor table. No count is believed before the bytes that
 * it promises are known to be there, so what is allocated stays in proportion to the file.
 */
final class HeaderParser {
    static final int KEYS_MAX = 65_536;
    static final int KEY_BYTES_MAX = 65_535;
    /** Chat templates have some ten kilobytes; embedded tokenizer files up to a few megabytes. */
    static final int STRING_BYTES_MAX = 64 << 20;

    static final int ARRAY_ELEMENTS_MAX = 1 << 24;
    /** Arrays within arrays, counted over the file: each costs an object, so they are kept rarer than numbers. */
    static final int NESTED_ARRAYS_MAX = 65_536;

    static final int NESTING_MAX = 4;
    static final int KEPT_ELEMENTS_MAX = 1024;

    static final int MAGIC = 0x4655_4747;
    private static final int MIN_BYTES_PER_KEY = 8 + 1 + 4 + 1;
    private static final Map<String, String> OTHER_FORMATS = Map.of(
            "ggml", "an old GGML model: convert it to GGUF",
            "lmgg", "an old GGML model: convert it to GGUF",
            "tjgg", "an old GGJT model: convert it to GGUF",
            "fmgg", "an old GGMF model: convert it to GGUF",
            "vers", "a Git LFS pointer and not the model: fetch the file itself (git lfs pull)",
            "<!DO", "a web page and not the model: the download went to a wrong address",
            "<htm", "a web page and not the model: the download went to a wrong address");

    private final HeaderInput in;
    private final boolean omitLargeArrays;
    private final boolean missingDataAllowed;
    private int nestedArrays;

    HeaderParser(HeaderInput in, Set<GgufReadOption> options) {
        this.in = in;
        this.omitLargeArrays = options.contains(GgufReadOption.OMIT_LARGE_ARRAYS);
        this.missingDataAllowed = options.contains(GgufReadOption.ALLOW_MISSING_DATA);
    }

    /** What one file's header says, before the parts of a split model are put together. */
    record Header(
            int version, Map<String, GgufValue> metadata, int alignment, List<GgufTensor> tensors, long dataOffset) {}

    Header parse(int part) throws IOException {
        int version = version();
        long tensorCount = count("tensors", TensorTable.TENSORS_MAX, TensorTable.BYTES_MIN);
        long keyCount = count("metadata keys", KEYS_MAX, MIN_BYTES_PER_KEY);
        Map<String, GgufValue> metadata = metadata((int) keyCount);
        int alignment = WellKnownKeys.alignment(metadata, in);
        WellKnownKeys.check(metadata, in);
        var table = new TensorTable(in, alignment, part);
        List<GgufTensor> tensors = table.read((int) tensorCount);
        long dataOffset = table.dataOffset(tensors, missingDataAllowed);
        return new Header(version, metadata, alignment, tensors, dataOffset);
    }

    private int version() throws IOException {
        if (in.size() < 24) {
            throw in.fault("the file has only " + in.size() + " bytes, a GGUF header has at least 24");
        }
        int magic = in.intValue();
        if (magic != MAGIC) {
            throw in.faultAt(0, "no GGUF file: " + otherFormat(magic));
        }
        int version = in.intValue();
        if (version != 0 && (version & 0xFFFF) == 0) {
            throw in.faultAt(4, "the file is big-endian; only little-endian GGUF is supported: convert it again");
        }
        if (version == 1) {
            throw in.faultAt(4, "GGUF version 1 is no longer supported: convert the model again");
        }
        if (version != 2 && version != 3) {
            throw in.faultAt(4, "GGUF version " + Integer.toUnsignedString(version) + " is unknown; 2 and 3 are read");
        }
        return version;
    }

    private static String otherFormat(int magic) {
        var text = new StringBuilder();
        for (int shift = 0; shift < 32; shift += 8) {
            text.append((char) (magic >> shift & 0xFF));
        }
        String known = OTHER_FORMATS.get(text.toString());
        return known == null ? "it begins with " + GgufException.quoted(text.toString()) : "this is " + known;
    }

    private long count(String what, long max, int bytesMin) throws IOException {
        long at = in.position();
        long count = in.longValue();
        if (count < 0 || count > max) {
            throw in.faultAt(
                    at, Long.toUnsignedString(count) + " " + what + " are announced, at most " + max + " are allowed");
        }
        if (count * bytesMin > in.remaining()) {
            throw in.faultAt(at, count + " " + what + " are announced, " + room());
        }
        return count;
    }

    private String room() {
        return "but only " + in.remaining() + " bytes are left: " + in.shortage();
    }

    private Map<String, GgufValue> metadata(int keyCount) throws IOException {
        var metadata = new LinkedHashMap<String, GgufValue>();
        for (int i = 0; i < keyCount; i++) {
            long at = in.position();
            String key = string("a metadata key", KEY_BYTES_MAX);
            if (key.isEmpty()) {
                throw in.faultAt(at, "metadata key " + i + " is empty");
            }
            if (metadata.containsKey(key)) {
                throw in.faultAt(at, "metadata key " + GgufException.quoted(key) + " is there twice");
            }
            metadata.put(key, value(key, type(key)));
        }
        return Collections.unmodifiableMap(metadata);
    }

    private GgufType type(String key) throws IOException {
        long at = in.position();
        long id = Integer.toUnsignedLong(in.intValue());
        return GgufType.ofId(id)
                .orElseThrow(() -> in.faultAt(
                        at, "metadata key " + GgufException.quoted(key) + " has the unknown value type " + id));
    }

    private GgufValue value(String key, GgufType type) throws IOException {
        return switch (type) {
            case UINT8 -> new GgufValue.Whole(type, Byte.toUnsignedLong((byte) in.byteValue()));
            case INT8 -> new GgufValue.Whole(type, in.byteValue());
            case UINT16 -> new GgufValue.Whole(type, Short.toUnsignedLong(in.shortValue()));
            case INT16 -> new GgufValue.Whole(type, in.shortValue());
            case UINT32 -> new GgufValue.Whole(type, Integer.toUnsignedLong(in.intValue()));
            case INT32 -> new GgufValue.Whole(type, in.intValue());
            case UINT64, INT64 -> new GgufValue.Whole(type, in.longValue());
            case FLOAT32 -> new GgufValue.Real(type, Float.intBitsToFloat(in.intValue()));
            case FLOAT64 -> new GgufValue.Real(type, Double.longBitsToDouble(in.longValue()));
            case BOOL -> new GgufValue.Flag(in.byteValue() != 0);
            case STRING -> new GgufValue.Text(string("the value of " + GgufException.quoted(key), STRING_BYTES_MAX));
            case ARRAY -> array(key, 1);
        };
    }

    private GgufValue.Array array(String key, int depth) throws IOException {
        GgufType elementType = type(key);
        long at = in.position();
        long length = in.longValue();
        if (length < 0 || length > ARRAY_ELEMENTS_MAX) {
            throw in.faultAt(
                    at,
                    "the array " + GgufException.quoted(key) + " announces " + Long.toUnsignedString(length)
                            + " elements, at most " + ARRAY_ELEMENTS_MAX + " are allowed");
        }
        if (length * elementType.bytesMin() > in.remaining()) {
            throw in.faultAt(
                    at, "the array " + GgufException.quoted(key) + " announces " + length + " elements, " + room());
        }
        int size = (int) length;
        boolean omit = omitLargeArrays && size > KEPT_ELEMENTS_MAX;
        return switch (elementType) {
            case STRING -> omit ? skippedStrings(key, size) : strings(key, size);
            case ARRAY -> nested(key, size, depth, at);
            default -> numbers(elementType, size, omit);
        };
    }

    private GgufValue.Array numbers(GgufType elementType, int size, boolean omit) throws IOException {
        int bytes = size * elementType.bytesMin();
        if (omit) {
            in.skip(bytes);
            return new GgufValue.Omitted(elementType, size);
        }
        return new GgufNumbers(elementType, in.bytes(bytes));
    }

    private GgufValue.Array strings(String key, int size) throws IOException {
        var ends = new int[size];
        var bytes = new byte[(int) Math.min(in.remaining() - 8L * size, 8L * size)];
        int used = 0;
        for (int i = 0; i < size; i++) {
            int length = stringLength(key, STRING_BYTES_MAX);
            if (bytes.length - used < length) {
                bytes = Arrays.copyOf(bytes, grown(bytes.length, used, length));
            }
            in.copy(bytes, used, length);
            used += length;
            ends[i] = used;
        }
        return new GgufStrings(used == bytes.length ? bytes : Arrays.copyOf(bytes, used), ends);
    }

    /** Twice the length, but no more than the header can still fill; its limit keeps all sums within an int. */
    private int grown(int length, int used, int wanted) {
        return Math.max(used + wanted, Math.min(2 * length, used + (int) in.remaining()));
    }

    private GgufValue.Array skippedStrings(String key, int size) throws IOException {
        for (int i = 0; i < size; i++) {
            in.skip(stringLength(key, STRING_BYTES_MAX));
        }
        return new GgufValue.Omitted(GgufType.STRING, size);
    }

    private GgufValue.Array nested(String key, int size, int depth, long at) throws IOException {
        if (depth >= NESTING_MAX) {
            throw in.faultAt(
                    at, "the array " + GgufException.quoted(key) + " is nested more than " + NESTING_MAX + " deep");
        }
        nestedArrays += size;
        if (nestedArrays > NESTED_ARRAYS_MAX) {
            throw in.faultAt(at, "there are more than " + NESTED_ARRAYS_MAX + " arrays within arrays");
        }
        var items = new ArrayList<GgufValue.Array>();
        for (int i = 0; i < size; i++) {
            items.add(array(key, depth + 1));
        }
        return new GgufValue.Nested(items);
    }

    private String string(String what, int bytesMax) throws IOException {
        return new String(in.bytes(stringLength(what, bytesMax)), StandardCharsets.UTF_8);
    }

    private int stringLength(String what, int bytesMax) throws IOException {
        long at = in.position();
        long length = in.longValue();
        if (length < 0 || length > bytesMax) {
            throw in.faultAt(
                    at,
                    GgufException.quoted(what) + " announces a string of " + Long.toUnsignedString(length)
                            + " bytes, at most " + bytesMax + " are allowed");
        }
        if (length > in.remaining()) {
            throw in.faultAt(at, GgufException.quoted(what) + " announces a string of " + length + " bytes, " + room());
        }
        return (int) length;
    }
}
