package dev.llamero.models;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of memory as people write them. */
public final class ByteSize {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s*([A-Z]*)");
    /** Memory is sold and reported in powers of two, so a bare letter means those. */
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("", 1L),
            Map.entry("B", 1L),
            Map.entry("K", 1L << 10),
            Map.entry("KIB", 1L << 10),
            Map.entry("KB", 1_000L),
            Map.entry("M", 1L << 20),
            Map.entry("MIB", 1L << 20),
            Map.entry("MB", 1_000_000L),
            Map.entry("G", 1L << 30),
            Map.entry("GIB", 1L << 30),
            Map.entry("GB", 1_000_000_000L),
            Map.entry("T", 1L << 40),
            Map.entry("TIB", 1L << 40),
            Map.entry("TB", 1_000_000_000_000L));

    private ByteSize() {}

    /**
     * Reads {@code 80G}, {@code 24GiB}, {@code 500 MB}, {@code 1.5T} or a plain number of bytes.
     *
     * @throws IllegalArgumentException with the accepted forms
     */
    public static long parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches() || !UNITS.containsKey(matcher.group(2))) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no size; write 80G, 24GiB, 500MB or a number of bytes");
        }
        var bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(UNITS.get(matcher.group(2))));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is more than a machine can have");
        }
        return bytes.longValue();
    }

    /** {@code 18.40 GiB}. */
    static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
    }

    /** {@code 19.76 GB}. */
    static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    /** {@code 256 KiB}, with two decimals where it is not whole. */
    static String kibibytes(long bytes) {
        return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : String.format(Locale.ROOT, "%.2f KiB", bytes / 1024.0);
    }
}
