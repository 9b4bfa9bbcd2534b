package dev.llamero.inference.http;

import io.helidon.http.HeaderNames;
import java.net.URI;
import java.net.URISyntaxException;

/** Redirects as Go's {@code http.Redirect} sends them. */
final class Redirects {
    private Redirects() {}

    static void send(Exchange exchange, OllamaRoutes.Redirect redirect) {
        String query = exchange.query().isEmpty() ? "" : "?" + exchange.query();
        String location = escaped(redirect.path()) + query;
        exchange.reply(HeaderNames.LOCATION, location);
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            exchange.send(redirect.status(), null, new byte[0]);
            return;
        }
        String reason = redirect.status() == 301 ? "Moved Permanently" : "Temporary Redirect";
        String html = location.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;");
        exchange.send(
                redirect.status(),
                "text/html; charset=utf-8",
                Texts.utf8("<a href=\"" + html + "\">" + reason + "</a>.\n\n"));
    }

    /** A path as it stands in an address. */
    private static String escaped(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the path cannot be written as an address", e);
        }
    }
}
