package dev.llamero.proxy.upstream;

import java.net.URI;
import java.util.Locale;

/**
 * Where a model server is.
 *
 * @param basePath put before every path; empty or beginning with a slash, without one at the end
 */
public record UpstreamAddress(String host, int port, boolean tls, String basePath) {
    private static final int PORT_MAX = 65_535;

    /**
     * Reads {@code http://127.0.0.1:11434} and {@code https://host/base}.
     *
     * @throws IllegalArgumentException with a sentence for anything else
     */
    public static UpstreamAddress parse(String text) {
        URI uri = URI.create(text.strip());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if (uri.getHost() == null || !tls && !scheme.equals("http")) {
            throw new IllegalArgumentException("\"" + text + "\" is no address such as http://127.0.0.1:11434");
        }
        if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("\"" + text + "\" may hold scheme, host, port and path only");
        }
        int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("\"" + text + "\" has no valid port");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
        return new UpstreamAddress(uri.getHost().replaceAll("[\\[\\]]", ""), port, tls, path);
    }

    /** Value of the Host header. */
    String authority() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority() + basePath;
    }
}
