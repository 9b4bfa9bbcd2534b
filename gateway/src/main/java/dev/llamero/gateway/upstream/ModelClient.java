package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webclient.api.HttpClientRequest;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.api.WebClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The proxy as the gateway sees it. Any thread; every call blocks, so it is made on virtual threads.
 *
 * <p>Every request has a connection of its own: closing a kept connection in the middle of an answer is not reliable in
 * Helidon 4.3.1, and one more loopback connect is nothing beside an answer.
 */
public final class ModelClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** For the small questions: models and health. */
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);

    private final WebClient http;
    private final URI endpoint;
    private final ModelKey key;
    private final Duration silence;
    private final Traces traces = new Traces();

    /** @param silence longest wait for the next byte of an answer */
    public ModelClient(URI endpoint, ModelKey key, Duration silence) {
        this.endpoint = endpoint;
        this.key = key;
        this.silence = silence;
        this.http = WebClient.builder()
                .followRedirects(false)
                .shareConnectionCache(false)
                .proxy(Proxy.noProxy())
                .connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(silence)
                .sendExpectContinue(false)
                .protocolConfigsDiscoverServices(false)
                .servicesDiscoverServices(false)
                .build();
    }

    /** Where the time of the newest completions went. */
    public Traces traces() {
        return traces;
    }

    public URI endpoint() {
        return endpoint;
    }

    /** Prepares a question; nothing is sent before {@link CompletionCall#run}. */
    public CompletionCall complete(CompletionRequest request) {
        ObjectNode body = JSON.createObjectNode().put("model", request.model());
        var messages = body.putArray("messages");
        request.messages()
                .forEach(message ->
                        messages.addObject().put("role", message.role()).put("content", message.content()));
        body.put("stream", true).putObject("stream_options").put("include_usage", true);
        request.sampling().write(body);
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        return new CompletionCall(
                this,
                request.requestId(),
                new StreamedCall(
                        this,
                        () -> request(Method.POST, "/v1/chat/completions", request.requestId())
                                .header(HeaderNames.CONTENT_TYPE, "application/json")
                                .header(HeaderNames.ACCEPT, "text/event-stream")
                                .header(HeaderNames.create("X-Llamero-Timings"), "1")
                                .header(HeaderNames.create("X-Session-ID"), request.sessionKey())
                                .submit(bytes),
                        silence));
    }

    /**
     * Names of the models that can be asked, in the proxy's order.
     *
     * @throws UpstreamException if the proxy does not answer, or not with a list
     */
    public List<String> models(String requestId) {
        Answer answer = ask("/v1/models", requestId);
        if (answer.status() != 200) {
            throw Refusals.refused(endpoint, answer.status(), answer.body());
        }
        var names = new ArrayList<String>();
        try {
            JSON.readTree(answer.body())
                    .path("data")
                    .forEach(model -> names.add(model.path("id").asText()));
        } catch (IOException e) {
            throw UpstreamException.broken(endpoint + "/v1/models is not JSON", e);
        }
        names.removeIf(String::isBlank);
        return names;
    }

    /** Asks a small question and measures how long the answer took. */
    public Answer ask(String path, String requestId) {
        return ask(() ->
                request(Method.GET, path, requestId).readTimeout(ASK_TIMEOUT).request());
    }

    /** The same with a body of JSON. */
    Answer ask(String path, byte[] body, String requestId) {
        return ask(() -> request(Method.POST, path, requestId)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .readTimeout(ASK_TIMEOUT)
                .submit(body));
    }

    private Answer ask(Supplier<HttpClientResponse> question) {
        long start = System.nanoTime();
        HttpClientResponse response = null;
        try {
            response = question.get();
            byte[] body = readBounded(response);
            return new Answer(response.status().code(), body, Duration.ofNanos(System.nanoTime() - start));
        } catch (RuntimeException e) {
            throw Refusals.unreachable(endpoint, e, ASK_TIMEOUT);
        } finally {
            if (response != null) {
                response.close();
            }
        }
    }

    /** A request to the proxy that the caller finishes, sends and closes: for the pass-through. */
    public HttpClientRequest request(Method method, String path, String requestId) {
        HttpClientRequest request = http.method(method)
                .uri(endpoint + path)
                .keepAlive(false)
                .header(HeaderNames.create("X-Request-ID"), requestId);
        key.now().ifPresent(text -> request.header(HeaderNames.AUTHORIZATION, "Bearer " + text));
        return request;
    }

    /** What the proxy's silence or refusal means in words; for callers that sent a {@link #request} themselves. */
    public UpstreamException unreachable(RuntimeException failure) {
        return Refusals.unreachable(endpoint, failure, silence);
    }

    /** The beginning of a body, at most a MiB of it. */
    static byte[] readBounded(HttpClientResponse response) {
        try {
            InputStream in = response.inputStream();
            return in.readNBytes(BODY_BYTES_MAX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException e) {
            // Helidon's way to say that a response has no body.
            return new byte[0];
        }
    }

    /**
     * An answer to a small question.
     *
     * @param status HTTP status
     * @param body at most a MiB of it
     * @param took from before the connect to the last byte
     */
    public record Answer(int status, byte[] body, Duration took) {
        /** The body as JSON; an empty object if it is something else. */
        public JsonNode json() {
            try {
                JsonNode node = JSON.readTree(body);
                return node == null || !node.isObject() ? JSON.createObjectNode() : node;
            } catch (JacksonException e) {
                return JSON.createObjectNode();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
