package dev.llamero.proxy.http;

import dev.llamero.dialects.ModelList;
import dev.llamero.proxy.pool.UpstreamPool;
import io.helidon.http.HeaderNames;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/ID}: what all model servers serve together, of which a key sees
 * what it may use.
 */
final class ModelsEndpoint implements Endpoint {
    static final String LIST = "/v1/models";

    @Override
    public void handle(Exchange exchange) {
        UpstreamPool pool = exchange.live().pool();
        ModelList models = pool.models()
                .only(model -> exchange.facts()
                        .caller()
                        .filter(caller -> !caller.key().mayUse(model))
                        .isEmpty());
        String path = exchange.facts().path();
        byte[] body = path.equals(LIST) ? models.list() : one(models, path.substring(LIST.length() + 1));
        exchange.response().header(HeaderNames.CONTENT_TYPE, "application/json");
        exchange.response().header(Exchange.SERVER_TIMING, exchange.facts().serverTiming());
        exchange.sendPlain(body);
    }

    private static byte[] one(ModelList models, String id) {
        return models.model(id).orElseThrow(() -> new Refusal(404, "model_not_found", "model '" + id + "' not found"));
    }
}
