package dev.llamero.inference.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Small texts as Go writes them. */
final class Texts {
    private Texts() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Now in UTC, with as many digits of the second as are not zero at the end. */
    static String now() {
        return withoutZeros(Instant.now().toString());
    }

    /** A time with the offset of this machine. */
    static String local(Instant time) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atZone(ZoneId.systemDefault()));
    }

    /** Java writes digits of the second in threes. */
    private static String withoutZeros(String time) {
        if (time.indexOf('.') < 0) {
            return time;
        }
        return time.substring(0, time.length() - 1).replaceFirst("0+$", "") + "Z";
    }
}
