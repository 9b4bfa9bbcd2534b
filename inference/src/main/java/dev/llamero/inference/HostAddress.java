package dev.llamero.inference;

/**
 * Where to listen, from text in the form of {@code OLLAMA_HOST}: {@code [scheme://]host[:port][/path]} (specification
 * 21).
 *
 * @param host name or address, without brackets
 * @param port 80 for http and 443 for https without a port, else 11434; a bad port counts as none
 */
record HostAddress(String host, int port) {
    private static final int DEFAULT_PORT = 11_434;
    private static final String DEFAULT_HOST = "127.0.0.1";

    static HostAddress parse(String text) {
        String rest = text.strip();
        int defaultPort = DEFAULT_PORT;
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            defaultPort = switch (rest.substring(0, scheme)) {
                case "http" -> 80;
                case "https" -> 443;
                default -> DEFAULT_PORT;
            };
            rest = rest.substring(scheme + 3);
        }
        int path = rest.indexOf('/');
        rest = path >= 0 ? rest.substring(0, path) : rest;
        int bracket = rest.indexOf(']');
        int colon = rest.lastIndexOf(':');
        boolean bareSixth = bracket < 0 && rest.indexOf(':') != colon;
        boolean hasPort = colon > bracket && !bareSixth;
        String host = hasPort ? rest.substring(0, colon) : rest;
        host = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return new HostAddress(
                host.isEmpty() ? DEFAULT_HOST : host,
                hasPort ? port(rest.substring(colon + 1), defaultPort) : defaultPort);
    }

    private static int port(String text, int fallback) {
        boolean valid = text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65_535;
        return valid ? Integer.parseInt(text) : fallback;
    }
}
