package dev.llamero.inference.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/** Sizes and times as Ollama's tables word them (specification 20.2), and durations as Go prints them. */
final class HumanText {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};
    private static final long YEARS_FOREVER = 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private HumanText() {}

    /** Decimal units; one digit behind the point below ten. */
    static String size(long bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1_000 && unit < UNITS.length - 1) {
            value /= 1_000;
            unit++;
        }
        boolean whole = value >= 10 || value == Math.floor(value);
        return (whole ? Long.toString((long) value) : String.format(Locale.ROOT, "%.1f", value)) + " " + UNITS[unit];
    }

    /** When something happened, from a time of the API; {@code Never} without one. */
    static String ago(String time, Instant now) {
        return instant(time)
                .map(then -> then.isAfter(now)
                        ? words(Duration.between(now, then)) + " from now"
                        : words(Duration.between(then, now)) + " ago")
                .orElse("Never");
    }

    /** Until when a model stays loaded. */
    static String until(String time, Instant now) {
        return instant(time)
                .map(then -> {
                    Duration rest = Duration.between(now, then);
                    if (rest.isNegative()) {
                        return "Stopping...";
                    }
                    return rest.toDays() / 365 > YEARS_FOREVER ? "Forever" : words(rest) + " from now";
                })
                .orElse("Never");
    }

    private static Optional<Instant> instant(String time) {
        try {
            // Go's zero time means that there is none.
            return time.isEmpty() || time.startsWith("0001-01-01")
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(time).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String words(Duration time) {
        long seconds = time.toSeconds();
        long minutes = time.toMinutes();
        long hours = time.plusMinutes(30).toHours();
        if (seconds < 1) {
            return "Less than a second";
        } else if (seconds < 60) {
            return seconds == 1 ? "1 second" : seconds + " seconds";
        } else if (minutes < 60) {
            return minutes == 1 ? "About a minute" : minutes + " minutes";
        } else if (hours < 48) {
            return hours == 1 ? "About an hour" : hours + " hours";
        } else if (hours < 24 * 14) {
            return hours / 24 + " days";
        } else if (hours < 24 * 60) {
            return hours / 24 / 7 + " weeks";
        } else if (hours < 24 * 365 * 2) {
            return hours / 24 / 30 + " months";
        }
        return hours / 24 / 365 + " years";
    }

    /** As Go prints a duration: {@code 831.061µs}, {@code 1.48ms}, {@code 1m2.5s}. */
    static String duration(long nanos) {
        if (nanos < 1_000) {
            return nanos + "ns";
        } else if (nanos < 1_000_000) {
            return decimal(nanos, 3) + "µs";
        } else if (nanos < NANOS_PER_SECOND) {
            return decimal(nanos, 6) + "ms";
        }
        long minutes = nanos / NANOS_PER_SECOND / 60;
        String seconds = decimal(nanos - minutes * 60 * NANOS_PER_SECOND, 9) + "s";
        if (minutes == 0) {
            return seconds;
        }
        return (minutes >= 60 ? minutes / 60 + "h" : "") + minutes % 60 + "m" + seconds;
    }

    private static String decimal(long units, int places) {
        return BigDecimal.valueOf(units, places).stripTrailingZeros().toPlainString();
    }
}
