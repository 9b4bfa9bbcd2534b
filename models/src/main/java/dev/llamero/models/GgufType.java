package dev.llamero.models;

import java.util.Optional;

/** The thirteen types of metadata values; the ordinal is the id in the file. */
public enum GgufType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final GgufType[] BY_ID = values();

    private final int bytesMin;

    GgufType(int bytesMin) {
        this.bytesMin = bytesMin;
    }

    /** The type with this id, or nothing. */
    public static Optional<GgufType> ofId(long id) {
        return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.of(BY_ID[(int) id]);
    }

    /** Bytes of a value: exact for numbers and flags, the least possible for strings and arrays. */
    int bytesMin() {
        return bytesMin;
    }

    /** Whether values are whole numbers. */
    public boolean isWhole() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }

    /** Whether values are floating-point numbers. */
    public boolean isReal() {
        return this == FLOAT32 || this == FLOAT64;
    }
}
