package dev.llamero.models;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The types in which llama.cpp keeps keys and values of the attention. */
public enum KvType {
    F32(GgmlType.F32),
    F16(GgmlType.F16),
    BF16(GgmlType.BF16),
    Q8_0(GgmlType.Q8_0),
    Q5_1(GgmlType.Q5_1),
    Q5_0(GgmlType.Q5_0),
    Q4_1(GgmlType.Q4_1),
    Q4_0(GgmlType.Q4_0),
    IQ4_NL(GgmlType.IQ4_NL);

    private final GgmlType storage;

    KvType(GgmlType storage) {
        this.storage = storage;
    }

    /** How the numbers are stored. */
    public GgmlType storage() {
        return storage;
    }

    /** The name as users write it, {@code q8_0}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The type that a user named, in any case.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static KvType parse(String name) {
        for (KvType type : values()) {
            if (type.name().equalsIgnoreCase(name.strip())) {
                return type;
            }
        }
        String known = Arrays.stream(values()).map(KvType::label).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("unknown KV cache type '" + name + "', known are " + known);
    }
}
