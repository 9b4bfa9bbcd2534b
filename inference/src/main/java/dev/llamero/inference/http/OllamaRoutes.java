package dev.llamero.inference.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The table of endpoints, and what Ollama's router says of paths that are not in it (specification 1). */
final class OllamaRoutes {
    /** In the order in which {@code Allow} names them. */
    private static final List<String> METHODS = List.of("HEAD", "GET", "POST", "DELETE");

    private final Map<String, Map<String, Endpoint>> routes = new LinkedHashMap<>();

    /** What answers a request. */
    @FunctionalInterface
    interface Endpoint {
        void handle(Exchange exchange) throws InterruptedException;
    }

    OllamaRoutes(
            ModelsHandler models,
            StoreHandler store,
            Endpoint generate,
            Endpoint chat,
            EmbedHandler embed,
            OpenAiHandler openAi,
            Endpoint anthropic,
            CacheHandler cache,
            Endpoint metrics) {
        add("GET", "/", OllamaRoutes::running);
        add("HEAD", "/", OllamaRoutes::running);
        add("GET", "/api/version", OllamaRoutes::version);
        add("HEAD", "/api/version", OllamaRoutes::version);
        add("GET", "/api/tags", models::tags);
        add("HEAD", "/api/tags", models::tags);
        add("GET", "/api/ps", models::ps);
        add("POST", "/api/show", models::show);
        cloud();
        add("POST", "/api/create", new CreateHandler(store)::create);
        var transfers = new TransferHandler(store);
        add("POST", "/api/pull", transfers::pull);
        add("POST", "/api/push", transfers::push);
        add("POST", "/api/copy", store::copy);
        add("DELETE", "/api/delete", store::delete);
        add("HEAD", "/api/blobs/*", store::blobExists);
        add("POST", "/api/blobs/*", store::createBlob);
        add("POST", "/api/generate", generate);
        add("POST", "/api/chat", chat);
        add("POST", "/api/embed", embed::embed);
        add("POST", "/api/embeddings", embed::embeddings);
        add("POST", "/v1/chat/completions", openAi::chatCompletions);
        add("POST", "/v1/completions", openAi::completions);
        add("POST", "/v1/embeddings", openAi::embeddings);
        add("POST", "/v1/responses", openAi::responses);
        add("POST", "/v1/messages", anthropic);
        add("GET", "/api/llamero/cache", cache::list);
        add("DELETE", "/api/llamero/cache", cache::clear);
        add("GET", "/metrics", metrics);
        add("GET", "/v1/models", openAi::models);
        add("GET", "/v1/models/*", openAi::model);
    }

    private void cloud() {
        add("GET", "/api/status", CloudHandler::status);
        add("POST", "/api/me", CloudHandler::account);
        add("POST", "/api/signout", CloudHandler::account);
        add("DELETE", "/api/user/keys/*", CloudHandler::account);
        add("POST", "/api/experimental/web_search", CloudHandler::webSearch);
        add("POST", "/api/experimental/web_fetch", CloudHandler::webFetch);
        add("GET", "/api/experimental/model-recommendations", CloudHandler::recommendations);
    }

    private void add(String method, String path, Endpoint endpoint) {
        routes.computeIfAbsent(path, key -> new LinkedHashMap<>()).put(method, endpoint);
    }

    /** The path as the table has it: a star stands for the last segment. */
    private String known(String path) {
        int last = path.lastIndexOf('/') + 1;
        return routes.containsKey(path) || last == path.length() ? path : path.substring(0, last) + "*";
    }

    private static void running(Exchange exchange) {
        exchange.send(200, "text/plain; charset=utf-8", Texts.utf8("Ollama is running"));
    }

    private static void version(Exchange exchange) {
        exchange.json(200, Map.of("version", OllamaVersion.NUMBER));
    }

    /** The endpoint for a path and method. */
    Optional<Endpoint> endpoint(String method, String path) {
        return Optional.ofNullable(routes.getOrDefault(known(path), Map.of()).get(method));
    }

    /** Methods of a path, as {@code Allow} lists them; empty if there is no such path. */
    Optional<String> allowed(String path) {
        Map<String, Endpoint> methods = routes.get(known(path));
        return methods == null
                ? Optional.empty()
                : Optional.of(METHODS.stream().filter(methods::containsKey).collect(Collectors.joining(", ")));
    }

    /**
     * Where a path that is written otherwise leads; empty if it stands as it is.
     *
     * @param raw the path as it was sent: dots that are escaped lead nowhere else
     */
    Optional<Redirect> redirect(String method, String path, String raw) {
        if (!clean(raw).equals(raw)) {
            return Optional.of(new Redirect(307, clean(path)));
        }
        String bare = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return !bare.equals(path) && endpoint(method, bare).isPresent()
                ? Optional.of(new Redirect(method.equals("GET") ? 301 : 307, bare))
                : Optional.empty();
    }

    /** A path to go to instead. */
    record Redirect(int status, String path) {}

    /** The path without empty, {@code .} and {@code ..} segments; a slash at the end stays. */
    private static String clean(String path) {
        var kept = new ArrayList<String>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                if (!kept.isEmpty()) {
                    kept.removeLast();
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.add(segment);
            }
        }
        String joined = "/" + String.join("/", kept);
        return path.endsWith("/") && joined.length() > 1 ? joined + "/" : joined;
    }
}
