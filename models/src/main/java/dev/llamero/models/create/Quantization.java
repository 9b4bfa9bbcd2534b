package dev.llamero.models.create;

import java.util.Arrays;
import java.util.Locale;

/** What a model's weights can be made into, with the ids of llama.cpp's {@code llama_ftype}. */
public enum Quantization {
    F32(0),
    F16(1),
    Q4_K_S(14),
    Q4_K_M(15),
    Q8_0(7),
    BF16(32);

    private final int fileType;

    Quantization(int fileType) {
        this.fileType = fileType;
    }

    /** The id in {@code general.file_type}. */
    public int fileType() {
        return fileType;
    }

    /** Reads a type in any case; {@code Q4_K} means {@code Q4_K_M}. */
    static Quantization parse(String text) throws CreateException {
        String name = text.toUpperCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name.equals("Q4_K") ? "Q4_K_M" : name))
                .findFirst()
                .orElseThrow(() -> new CreateException(
                        500,
                        "unsupported quantization type " + name
                                + " - supported types are F32, F16, Q4_K_S, Q4_K_M, Q8_0"));
    }
}
