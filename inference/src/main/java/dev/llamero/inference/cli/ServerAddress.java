package dev.llamero.inference.cli;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the model server answers, from {@code OLLAMA_HOST} (specification 21): {@code [scheme://]host[:port][/path]}.
 *
 * @param secure whether TLS is spoken
 * @param path in front of every path; empty or with a slash at its start and none at its end
 */
record ServerAddress(boolean secure, String host, int port, String path) {
    private static final int PORT_DEFAULT = 11_434;
    private static final int PORT_MAX = 65_535;
    private static final Pattern FORM =
            Pattern.compile("(?:(https?)://)?(\\[[^\\]]*\\]|[^:/]*)(?::([^/]*))?(/.*)?", Pattern.CASE_INSENSITIVE);

    /** The address that the environment names; without one, where {@code ./llamero serve} listens by default. */
    static ServerAddress of(Map<String, String> environment) {
        String text = environment.getOrDefault("OLLAMA_HOST", "").strip().replaceAll("^[\"']+|[\"']+$", "");
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new UsageException("OLLAMA_HOST is \"" + text + "\"; it must be [http://]host[:port]");
        }
        String scheme = matcher.group(1);
        boolean secure = "https".equalsIgnoreCase(scheme);
        int fallback = PORT_DEFAULT;
        if (scheme != null) {
            fallback = secure ? 443 : 80;
        }
        String path = matcher.group(4) == null ? "" : matcher.group(4).replaceAll("/+$", "");
        return new ServerAddress(secure, reachable(matcher.group(2)), port(matcher.group(3), fallback), path);
    }

    /** A server listens on every address under a name that no client can call. */
    private static String reachable(String host) {
        String bare = host.replaceAll("[\\[\\]]", "");
        return switch (bare) {
            case "", "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> bare;
        };
    }

    private static int port(String text, int fallback) {
        try {
            int port = text == null || text.isEmpty() ? fallback : Integer.parseInt(text);
            return port < 1 || port > PORT_MAX ? PORT_DEFAULT : port;
        } catch (NumberFormatException e) {
            return PORT_DEFAULT;
        }
    }

    /** Host and port as the {@code Host} header has them. */
    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority() + path;
    }
}
