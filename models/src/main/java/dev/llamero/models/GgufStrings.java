package dev.llamero.models;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** An array of strings, kept as one run of bytes and the end of each string in it. */
public final class GgufStrings implements GgufValue.Array {
    private final byte[] bytes;
    private final int[] ends;

    /** Takes both arrays over: the caller must not change them afterwards. */
    GgufStrings(byte[] bytes, int[] ends) {
        this.bytes = bytes;
        this.ends = ends;
    }

    static GgufStrings of(List<byte[]> strings) {
        int total = 0;
        var ends = new int[strings.size()];
        for (int i = 0; i < ends.length; i++) {
            total = Math.addExact(total, strings.get(i).length);
            ends[i] = total;
        }
        var bytes = new byte[total];
        int start = 0;
        for (byte[] string : strings) {
            System.arraycopy(string, 0, bytes, start, string.length);
            start += string.length;
        }
        return new GgufStrings(bytes, ends);
    }

    @Override
    public GgufType elementType() {
        return GgufType.STRING;
    }

    @Override
    public int size() {
        return ends.length;
    }

    @Override
    public GgufValue get(int index) {
        return new GgufValue.Text(textAt(index));
    }

    /** A string; bytes that are not UTF-8 become U+FFFD. */
    public String textAt(int index) {
        int start = start(Objects.checkIndex(index, ends.length));
        return new String(bytes, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    /** The bytes of a string, as they stand in the file. */
    public byte[] bytesAt(int index) {
        return Arrays.copyOfRange(bytes, start(Objects.checkIndex(index, ends.length)), ends[index]);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GgufStrings that && Arrays.equals(ends, that.ends) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ends) + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return ends.length + " x STRING";
    }
}
