package dev.llamero.inference.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What Go's server demands of a request's head before it looks at anything else. Two hosts, of which a proxy before us
 * may read the other one, would lead past {@link BrowserGuard}. Helidon 4.5.0 would check headers too, but refuses what
 * Go takes: a host with an empty port, and any {@code Content-Encoding}.
 */
final class RequestHead {
    private static final String BAD = "400 Bad Request";
    private static final Pattern HOST = Pattern.compile("[0-9a-zA-Z!$%&()*+,\\-.:;='\\[\\]_~]*");
    private static final Pattern NAME = Pattern.compile("[0-9a-zA-Z!#$%&'*+.^_`|~-]+");

    private RequestHead() {}

    /**
     * What is wrong; the connection ends with it.
     *
     * @param text in Go's words
     */
    record Fault(int status, String text) {
        private static Optional<Fault> bad(String text) {
            return Optional.of(new Fault(400, text));
        }
    }

    /** The first fault; empty if there is none. */
    static Optional<Fault> fault(Exchange exchange) {
        for (Header header : exchange.headers()) {
            if (!NAME.matcher(header.name()).matches()) {
                return Fault.bad(BAD + ": invalid header name");
            }
            if (header.allValues().stream().anyMatch(value -> value.chars().anyMatch(RequestHead::isControl))) {
                return Fault.bad(BAD);
            }
        }
        List<String> hosts = exchange.headers(HeaderNames.HOST);
        if (hosts.isEmpty()) {
            return Fault.bad(BAD + ": missing required Host header");
        }
        if (hosts.size() > 1 || !exchange.rawPath().startsWith("/")) {
            return Fault.bad(BAD);
        }
        if (!HOST.matcher(hosts.getFirst()).matches()) {
            return Fault.bad(BAD + ": malformed Host header");
        }
        boolean unmet = exchange.header(HeaderNames.EXPECT)
                .filter(expected -> !expected.equalsIgnoreCase("100-continue"))
                .isPresent();
        return unmet ? Optional.of(new Fault(417, "")) : Optional.empty();
    }

    private static boolean isControl(int next) {
        return next < ' ' && next != '\t' || next == 0x7f;
    }
}
