package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.JsonText;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request and its reply, in the few words that handlers need; Helidon's types stay behind it.
 *
 * <p>Used by the request's virtual thread.
 */
final class Exchange {
    /** Largest request body: room for a few images in base64 beside a full context of text. */
    static final int BODY_BYTES_MAX = 64 << 20;

    /** The status of a body that is not read to its end. */
    static final int TOO_LARGE = 413;

    static final String JSON = "application/json; charset=utf-8";

    private final ServerRequest request;
    private final ServerResponse response;
    private final String requestId;
    private final ClientWatch watch;
    private final WriteWatch writes;
    private final long startNanos = System.nanoTime();
    private boolean started;
    private StreamWriter stream;

    Exchange(ServerRequest request, ServerResponse response, String requestId, ClientWatch watch, WriteWatch writes) {
        this.request = request;
        this.response = response;
        this.requestId = requestId;
        this.watch = watch;
        this.writes = writes;
    }

    String method() {
        return request.prologue().method().text();
    }

    /** The path with its escapes read, as routes and names in it mean it. */
    String path() {
        String raw = rawPath();
        return raw.indexOf('%') < 0 ? raw : URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The path as it was sent, without the address that a request to a proxy has before it. */
    String rawPath() {
        String raw = request.prologue().uriPath().rawPath();
        int start = authorityStart(raw);
        int slash = start == 0 ? 0 : raw.indexOf('/', start);
        return slash < 0 ? "/" : raw.substring(slash);
    }

    /** Whom the client means: the host of an absolute address, else the header; "" if it says nothing. */
    String host() {
        String raw = request.prologue().uriPath().rawPath();
        int start = authorityStart(raw);
        if (start == 0) {
            return header(HeaderNames.HOST).orElse("");
        }
        int slash = raw.indexOf('/', start);
        return raw.substring(start, slash < 0 ? raw.length() : slash);
    }

    private static int authorityStart(String raw) {
        return raw.startsWith("http://") ? "http://".length() : raw.startsWith("https://") ? "https://".length() : 0;
    }

    /** All headers of the request. */
    Headers headers() {
        return request.headers();
    }

    /** Values of a header, one for each of its lines. */
    List<String> headers(HeaderName name) {
        return request.headers().contains(name) ? request.headers().get(name).allValues() : List.of();
    }

    /** Reads what is left of a body that no handler asked for. */
    void dropBody() {
        if (request.content().hasEntity() && header(HeaderNames.EXPECT).isEmpty()) {
            request.content().consume();
        }
    }

    /** What follows the last slash of the path. */
    String lastSegment() {
        String path = path();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    String query() {
        return request.query().rawValue();
    }

    Optional<String> header(HeaderName name) {
        return request.headers().first(name);
    }

    String requestId() {
        return requestId;
    }

    ClientWatch watch() {
        return watch;
    }

    /** When the handler took the request, on {@link System#nanoTime}'s clock. */
    long startNanos() {
        return startNanos;
    }

    int status() {
        return response.status().code();
    }

    /** Whether the status and head went out. */
    boolean isStarted() {
        return started;
    }

    /** Whether the reply went out to its end. */
    boolean isComplete() {
        return started && (stream == null || stream.isClosed());
    }

    /** The whole body. */
    byte[] body() {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        if (contentLength().orElse(0) > BODY_BYTES_MAX) {
            throw tooLarge();
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(BODY_BYTES_MAX + 1);
            if (body.length > BODY_BYTES_MAX) {
                throw tooLarge();
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the request body", e);
        }
    }

    private static ApiException tooLarge() {
        return new ApiException(TOO_LARGE, "request body is larger than " + (BODY_BYTES_MAX >> 20) + " MiB");
    }

    /** The body as it arrives, for what is too large to keep; the caller closes it. */
    InputStream bodyStream() {
        return request.content().hasEntity() ? request.content().inputStream() : InputStream.nullInputStream();
    }

    /** Bytes of the body; empty if it is sent in chunks. */
    OptionalLong contentLength() {
        return request.headers().contentLength();
    }

    /** Sets a header of the reply. */
    void reply(HeaderName name, String... values) {
        response.header(HeaderValues.create(name, values));
    }

    /** Sends one JSON value. */
    void json(int status, Object value) {
        send(status, JSON, JsonText.of(value).getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a whole body; without one if the content type is null. To a HEAD request only the head goes out. */
    void send(int status, String contentType, byte[] body) {
        started = true;
        response.status(status);
        if (contentType != null) {
            reply(HeaderNames.CONTENT_TYPE, contentType);
        }
        if (status == 204) {
            response.send();
            return;
        }
        reply(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
        response.send(method().equals("HEAD") ? new byte[0] : body);
    }

    /** Begins a body that is sent piece by piece. */
    StreamWriter stream(String contentType) {
        reply(HeaderNames.CONTENT_TYPE, contentType);
        started = true;
        stream = new StreamWriter(response.outputStream(), writes);
        return stream;
    }
}
