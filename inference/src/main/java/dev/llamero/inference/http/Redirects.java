package dev.llamero.inference.http;

import io.helidon.http.HeaderNames;

/** Redirects as Go's {@code http.Redirect} sends them. */
final class Redirects {
    private Redirects() {}

    static void send(Exchange exchange, OllamaRoutes.Redirect redirect) {
        String query = exchange.query().isEmpty() ? "" : "?" + exchange.query();
        String location = redirect.path() + query;
        exchange.reply(HeaderNames.LOCATION, location);
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            exchange.send(redirect.status(), null, new byte[0]);
            return;
        }
        String reason = redirect.status() == 301 ? "Moved Permanently" : "Temporary Redirect";
        String escaped = location.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;");
        exchange.send(
                redirect.status(),
                "text/html; charset=utf-8",
                Texts.utf8("<a href=\"" + escaped + "\">" + reason + "</a>.\n\n"));
    }
}
