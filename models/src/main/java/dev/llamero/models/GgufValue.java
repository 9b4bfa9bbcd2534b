package dev.llamero.models;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;

/**
 * A metadata value. Values are immutable. Arrays are kept compact: numbers as their bytes, strings as one run of bytes
 * with an index, since a vocabulary has 150,000 of them.
 */
public sealed interface GgufValue {
    /** The type in the file. */
    GgufType type();

    /**
     * The value as plain Java: {@code Long} ({@code BigInteger} for an unsigned number beyond 63 bits), {@code Float},
     * {@code Double}, {@code Boolean}, {@code String}, or a {@code List} of these.
     *
     * @throws IllegalStateException if the value was omitted when reading
     */
    Object plain();

    /**
     * A whole number.
     *
     * @param type which of the eight widths
     * @param value the number; an unsigned 64-bit one beyond {@code Long.MAX_VALUE} is negative here
     */
    record Whole(GgufType type, long value) implements GgufValue {
        public Whole {
            if (!type.isWhole()) {
                throw new IllegalArgumentException(type + " is no whole number");
            }
        }

        @Override
        public Object plain() {
            return type == GgufType.UINT64 && value < 0 ? new BigInteger(Long.toUnsignedString(value)) : (Object) value;
        }
    }

    /**
     * A floating-point number.
     *
     * @param type FLOAT32 or FLOAT64
     * @param value the number, a float widened
     */
    record Real(GgufType type, double value) implements GgufValue {
        public Real {
            if (!type.isReal()) {
                throw new IllegalArgumentException(type + " is no floating-point number");
            }
        }

        @Override
        public Object plain() {
            return type == GgufType.FLOAT32 ? (Object) (float) value : (Object) value;
        }
    }

    /** True or false. */
    record Flag(boolean value) implements GgufValue {
        @Override
        public GgufType type() {
            return GgufType.BOOL;
        }

        @Override
        public Object plain() {
            return value;
        }
    }

    /** A string. */
    record Text(String value) implements GgufValue {
        @Override
        public GgufType type() {
            return GgufType.STRING;
        }

        @Override
        public Object plain() {
            return value;
        }
    }

    /** Several values of one type. */
    sealed interface Array extends GgufValue permits GgufNumbers, GgufStrings, Nested, Omitted {
        @Override
        default GgufType type() {
            return GgufType.ARRAY;
        }

        /** The type of each element. */
        GgufType elementType();

        /** How many elements. */
        int size();

        /**
         * One element.
         *
         * @throws IndexOutOfBoundsException for an index outside the array
         * @throws IllegalStateException if the elements were omitted when reading
         */
        GgufValue get(int index);

        @Override
        default Object plain() {
            return new AbstractList<Object>() {
                @Override
                public Object get(int index) {
                    return Array.this.get(index).plain();
                }

                @Override
                public int size() {
                    return Array.this.size();
                }
            };
        }
    }

    /** Arrays in an array. llama.cpp refuses these; the format allows them. */
    record Nested(List<Array> items) implements Array {
        public Nested {
            items = List.copyOf(items);
        }

        @Override
        public GgufType elementType() {
            return GgufType.ARRAY;
        }

        @Override
        public int size() {
            return items.size();
        }

        @Override
        public GgufValue get(int index) {
            return items.get(index);
        }
    }

    /** A large array whose elements were checked and left out, see {@link GgufReadOption#OMIT_LARGE_ARRAYS}. */
    record Omitted(GgufType elementType, int size) implements Array {
        @Override
        public GgufValue get(int index) {
            throw new IllegalStateException("the array of " + size + " elements was left out when the file was read");
        }

        @Override
        public Object plain() {
            return get(0);
        }
    }

    /** A string value. */
    static GgufValue of(String value) {
        return new Text(value);
    }

    /** A flag value. */
    static GgufValue of(boolean value) {
        return new Flag(value);
    }

    /** A FLOAT32 value. */
    static GgufValue of(float value) {
        return new Real(GgufType.FLOAT32, value);
    }

    /** A UINT32 value, the type most lengths and counts have. */
    static GgufValue ofUnsigned(long value) {
        if (value < 0 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(value + " does not fit in 32 bits without a sign");
        }
        return new Whole(GgufType.UINT32, value);
    }

    /** An array of strings. */
    static Array ofStrings(List<String> values) {
        return GgufStrings.of(values.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    /** An array of INT32. */
    static Array ofInts(int... values) {
        return GgufNumbers.of(values);
    }

    /** An array of FLOAT32. */
    static Array ofFloats(float... values) {
        return GgufNumbers.of(values);
    }
}
