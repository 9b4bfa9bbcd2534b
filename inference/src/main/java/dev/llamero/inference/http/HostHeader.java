package dev.llamero.inference.http;

import io.helidon.http.HeaderNames;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What Go's server demands of the header Host before it looks at anything else. Two of them, of which a proxy before us
 * may read the other one, would lead past {@link BrowserGuard}.
 */
final class HostHeader {
    private static final String FAULT = "400 Bad Request";
    private static final Pattern VALID = Pattern.compile("[0-9a-zA-Z!$%&()*+,\\-.:;='\\[\\]_~]*");

    private HostHeader() {}

    /** What is wrong, in Go's words; empty if nothing is. */
    static Optional<String> fault(Exchange exchange) {
        List<String> hosts = exchange.headers(HeaderNames.HOST);
        if (hosts.isEmpty()) {
            return Optional.of(FAULT + ": missing required Host header");
        }
        if (hosts.size() > 1 || !exchange.rawPath().startsWith("/")) {
            return Optional.of(FAULT);
        }
        return VALID.matcher(hosts.getFirst()).matches()
                ? Optional.empty()
                : Optional.of(FAULT + ": malformed Host header");
    }
}
