package dev.llamero.inference.doctor;

import java.util.Locale;

/** Sizes in words, in powers of 1024 as memory is counted. */
final class Sizes {
    private static final double GIB = 1L << 30;

    private Sizes() {}

    static String text(long bytes) {
        return bytes >= GIB
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / GIB)
                : String.format(Locale.ROOT, "%d MiB", bytes >> 20);
    }
}
