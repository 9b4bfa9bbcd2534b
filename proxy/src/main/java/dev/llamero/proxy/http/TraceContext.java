package dev.llamero.proxy.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request stands in a trace over several programs (W3C Trace Context, section 3): the caller's trace if it sent
 * a sane one, else a new one, which asks nobody to record it. Immutable.
 *
 * @param traceId 32 hex digits, the same on all layers
 * @param spanId 16 hex digits, of this proxy's part
 * @param parentId of the caller's part; empty in a new trace
 * @param flags as they came: whether somebody records the trace is not this proxy's to say
 * @param state of other vendors, passed on as it is; empty for none
 */
record TraceContext(String traceId, String spanId, String parentId, String flags, String state) {
    static final HeaderName PARENT = HeaderNames.create("traceparent");
    static final HeaderName STATE = HeaderNames.create("tracestate");
    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final Pattern STATE_FORM = Pattern.compile("[ -~]{1,512}");
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);

    static TraceContext of(Headers headers) {
        List<String> given = headers.contains(PARENT) ? headers.get(PARENT).allValues() : List.of();
        if (given.size() == 1) {
            Matcher parent = FORM.matcher(given.getFirst().strip());
            if (parent.matches() && isSane(parent)) {
                String state = headers.contains(STATE)
                        ? String.join(",", headers.get(STATE).allValues())
                        : "";
                state = STATE_FORM.matcher(state).matches() ? state : "";
                return new TraceContext(parent.group(2), newSpan(), parent.group(3), parent.group(4), state);
            }
        }
        return new TraceContext(RequestIds.random(), newSpan(), "", "00", "");
    }

    /** Version ff is forbidden, version 00 ends after the flags, and ids of zeros say that there is no trace. */
    private static boolean isSane(Matcher parent) {
        return !parent.group(1).equals("ff")
                && !(parent.group(1).equals("00") && parent.group(5) != null)
                && !parent.group(2).equals(NO_TRACE)
                && !parent.group(3).equals(NO_SPAN);
    }

    private static String newSpan() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong() | 1);
    }

    /** For the model server, to which this proxy is the parent, and for the caller. */
    String header() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }
}
