package dev.llamero.inference.http;

import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.CloudException;
import dev.llamero.inference.api.GoText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Calls that need an account in Ollama's cloud, answered as where that is switched off (specification 2). Any thread.
 */
final class CloudHandler {
    private CloudHandler() {}

    /** {@code GET /api/status}. */
    static void status(Exchange exchange) {
        exchange.json(200, Map.of("cloud", new TreeMap<>(Map.of("disabled", true, "source", "config"))));
    }

    /** {@code GET /api/experimental/model-recommendations}: nothing that runs elsewhere is recommended. */
    static void recommendations(Exchange exchange) {
        exchange.json(200, Map.of("recommendations", List.of()));
    }

    /** {@code POST /api/me}, {@code POST /api/signout}, {@code DELETE /api/user/keys/KEY}. */
    static void account(Exchange exchange) {
        throw new CloudException("accounts are unavailable");
    }

    /** {@code POST /api/experimental/web_search}. */
    static void webSearch(Exchange exchange) {
        refuse(exchange, "web search is unavailable");
    }

    /** {@code POST /api/experimental/web_fetch}. */
    static void webFetch(Exchange exchange) {
        refuse(exchange, "web fetch is unavailable");
    }

    private static void refuse(Exchange exchange, String operation) {
        String body = new String(exchange.body(), StandardCharsets.UTF_8);
        throw GoText.trimmed(body).isEmpty() ? BadJsonException.empty() : new CloudException(operation);
    }
}
