package dev.llamero.inference.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps foreign web pages out: the Origin rules of CORS and, on a loopback address, the check of the Host header
 * against DNS rebinding (specification 22). Immutable; any thread.
 */
final class BrowserGuard {
    private static final String METHODS = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS";
    private static final String HEADERS = "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,"
            + "X-Stainless-Arch,X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,"
            + "X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,"
            + "X-Stainless-Retry-Count,X-Stainless-Runtime,X-Stainless-Runtime-Version,X-Stainless-Timeout";
    private static final HeaderName ALLOW_ORIGIN = HeaderNames.create("Access-Control-Allow-Origin");
    private static final HeaderName ALLOW_METHODS = HeaderNames.create("Access-Control-Allow-Methods");
    private static final HeaderName ALLOW_HEADERS = HeaderNames.create("Access-Control-Allow-Headers");
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");
    private static final Pattern IP_LITERAL =
            Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final List<Pattern> origins;
    private final boolean anyOrigin;
    private final boolean checksHost;

    /**
     * Rules for one listener.
     *
     * @param configured origins allowed beside the default ones; {@code *} in one is a wildcard
     * @param loopback whether the listener is bound to a loopback address
     */
    BrowserGuard(List<String> configured, boolean loopback) {
        this.anyOrigin = configured.contains("*");
        this.checksHost = loopback;
        var patterns = new ArrayList<String>(configured);
        for (String host : List.of("localhost", "127.0.0.1", "0.0.0.0")) {
            for (String scheme : List.of("http", "https")) {
                patterns.add(scheme + "://" + host);
                patterns.add(scheme + "://" + host + ":*");
            }
        }
        for (String scheme : List.of("app", "file", "tauri", "vscode-webview", "vscode-file")) {
            patterns.add(scheme + "://*");
        }
        this.origins = patterns.stream().map(BrowserGuard::wildcard).toList();
    }

    /** What has no wildcard is compared in lower case, as browsers send it; Ollama changes no case of the others. */
    private static Pattern wildcard(String origin) {
        var parts = new ArrayList<String>();
        for (String part : (origin.contains("*") ? origin : origin.toLowerCase(Locale.ROOT)).split("\\*", -1)) {
            parts.add(Pattern.quote(part));
        }
        return Pattern.compile(String.join(".*", parts), Pattern.DOTALL);
    }

    /** The status that ends the exchange here, or empty to go on; sets what CORS wants on the reply. */
    Optional<Integer> check(Exchange exchange) {
        String host = exchange.host();
        String origin = exchange.header(HeaderNames.ORIGIN).orElse("");
        boolean options = exchange.method().equals("OPTIONS");
        if (!origin.isEmpty() && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
            if (!anyOrigin
                    && origins.stream()
                            .noneMatch(pattern -> pattern.matcher(origin).matches())) {
                return Optional.of(403);
            }
            allow(exchange, origin, options);
            if (options) {
                return Optional.of(204);
            }
        }
        return checksHost ? checkHost(nameOf(host), options) : Optional.empty();
    }

    private void allow(Exchange exchange, String origin, boolean preflight) {
        exchange.reply(ALLOW_ORIGIN, anyOrigin ? "*" : origin);
        if (preflight) {
            exchange.reply(ALLOW_METHODS, METHODS);
            exchange.reply(ALLOW_HEADERS, HEADERS);
            exchange.reply(MAX_AGE, "43200");
        }
        if (!anyOrigin && preflight) {
            exchange.reply(
                    HeaderNames.VARY, "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers");
        } else if (!anyOrigin) {
            exchange.reply(HeaderNames.VARY, "Origin");
        }
    }

    private static Optional<Integer> checkHost(String host, boolean options) {
        if (IP_LITERAL.matcher(host).matches()) {
            return isOwnAddress(host) ? Optional.empty() : Optional.of(403);
        }
        if (!isOwnName(host.toLowerCase(Locale.ROOT))) {
            return Optional.of(403);
        }
        return options ? Optional.of(204) : Optional.empty();
    }

    /** The Host header without its port and without the brackets of an IPv6 address. */
    private static String nameOf(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 || host.equals("[]") ? host : host.substring(1, end);
        }
        int colon = host.lastIndexOf(':');
        return colon >= 0 && host.indexOf(':') == colon ? host.substring(0, colon) : host;
    }

    private static boolean isOwnAddress(String literal) {
        try {
            InetAddress address = InetAddress.getByName(literal);
            boolean version4 = address.getAddress().length == 4;
            boolean uniqueLocal = !version4 && (address.getAddress()[0] & 0xfe) == 0xfc;
            return address.isLoopbackAddress()
                    || version4 && address.isSiteLocalAddress()
                    || address.isAnyLocalAddress()
                    || uniqueLocal
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }

    private static boolean isOwnName(String name) {
        return name.isEmpty()
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || name.endsWith(".local")
                || name.endsWith(".internal")
                || name.equals(MachineName.NAME);
    }

    /** Looked up once, when the first unusual name is checked. */
    private static final class MachineName {
        static final String NAME = find();

        private static String find() {
            try {
                return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            } catch (UnknownHostException e) {
                return "localhost";
            }
        }
    }
}
