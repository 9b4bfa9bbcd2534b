package dev.llamero.gateway.web;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Who may speak to the gateway: requests whose Host is one of our names, and pages whose Origin is ours. Any thread.
 *
 * <p>The first rule stops DNS rebinding, the second stops other sites' pages, which can reach 127.0.0.1 from every
 * browser. A program such as curl sends no Origin and passes; it is on this machine anyway.
 */
public final class OriginGuard {
    private static final List<String> LOOPBACK_NAMES = List.of("127.0.0.1", "localhost", "[::1]");

    private final IntSupplier port;
    private final Set<String> hosts = new HashSet<>();
    private final Set<String> origins;

    /**
     * Takes the rules.
     *
     * @param port our own port, known once the server listens
     * @param allowedOrigins further origins, lower case without a trailing slash
     */
    public OriginGuard(IntSupplier port, List<String> allowedOrigins) {
        this.port = port;
        this.origins = Set.copyOf(allowedOrigins);
        allowedOrigins.forEach(origin -> hosts.add(URI.create(origin).getRawAuthority()));
    }

    /** Why this request is refused, with the remedy; empty if it may pass. */
    public Optional<String> refusal(Headers headers) {
        List<String> host = headers.all(HeaderNames.HOST, List::of);
        if (host.size() != 1 || !isOurs(host.getFirst().toLowerCase(Locale.ROOT))) {
            return Optional.of("Host " + shown(host) + " is not a name of this gateway. Open http://127.0.0.1:"
                    + port.getAsInt() + ", or add the address to allowed-origins in llamero.yaml (section gateway).");
        }
        List<String> origin = headers.all(HeaderNames.ORIGIN, List::of);
        if (origin.size() > 1
                || !origin.isEmpty() && !isOurOrigin(origin.getFirst().toLowerCase(Locale.ROOT))) {
            return Optional.of("Pages of " + shown(origin)
                    + " may not use this gateway. If they should, add it to allowed-origins in llamero.yaml"
                    + " (section gateway).");
        }
        return Optional.empty();
    }

    /** Whether browsers reach the gateway by TLS under the name of this request: an allowed origin says so. */
    boolean isTlsName(Headers headers) {
        return headers.first(HeaderNames.HOST)
                .map(host -> host.toLowerCase(Locale.ROOT))
                .filter(host -> origins.contains("https://" + host) && !origins.contains("http://" + host))
                .isPresent();
    }

    private boolean isOurs(String host) {
        int ours = port.getAsInt();
        return hosts.contains(host)
                || LOOPBACK_NAMES.stream().anyMatch(name -> host.equals(name + ":" + ours))
                || ours == 80 && LOOPBACK_NAMES.contains(host);
    }

    private boolean isOurOrigin(String origin) {
        int ours = port.getAsInt();
        return origins.contains(origin)
                || LOOPBACK_NAMES.stream().anyMatch(name -> origin.equals("http://" + name + ":" + ours))
                || ours == 80 && LOOPBACK_NAMES.stream().anyMatch(name -> origin.equals("http://" + name));
    }

    private static String shown(List<String> values) {
        String text = String.join(", ", values).replaceAll("[^\\x20-\\x7e]", "?");
        return "\"" + (text.length() > 100 ? text.substring(0, 100) + "..." : text) + "\"";
    }
}
