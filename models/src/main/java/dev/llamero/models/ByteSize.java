package dev.llamero.models;

import java.util.Locale;

/** Sizes of memory as the fit report prints them. */
final class ByteSize {
    private ByteSize() {}

    /** {@code 18.40 GiB}, or {@code 4.52 MiB} below a tenth of one. */
    static String gibibytes(long bytes) {
        return bytes < (1L << 30) / 10
                ? String.format(Locale.ROOT, "%.2f MiB", bytes / (double) (1L << 20))
                : String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
    }

    /** {@code 19.76 GB}, or {@code 45.13 MB} below a tenth of one. */
    static String gigabytes(long bytes) {
        return bytes < 100_000_000
                ? String.format(Locale.ROOT, "%.2f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    /** {@code 256 KiB}, with two decimals where it is not whole. */
    static String kibibytes(long bytes) {
        return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : String.format(Locale.ROOT, "%.2f KiB", bytes / 1024.0);
    }
}
