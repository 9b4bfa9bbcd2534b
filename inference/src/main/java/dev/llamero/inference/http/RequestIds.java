package dev.llamero.inference.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The id of a request: the client's if it is sane, else a new one. It is returned, and every log line carries it. */
final class RequestIds {
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestIds() {}

    static String of(String offered) {
        return SANE.matcher(offered).matches() ? offered : "req-" + random();
    }

    /** 16 hex digits. */
    static String random() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
