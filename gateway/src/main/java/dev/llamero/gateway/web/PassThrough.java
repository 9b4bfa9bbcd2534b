package dev.llamero.gateway.web;

import dev.llamero.gateway.upstream.ModelClient;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Hands API requests to the proxy and its answer back, byte by byte as it comes. Runs on the request's thread; the
 * proxy is told when the client leaves.
 */
public final class PassThrough {
    /** What concerns one hop only (RFC 9110, section 7.6.1), or is set anew for the next. */
    private static final Set<String> HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "host",
            "content-length",
            "x-request-id",
            "x-helidon-cn",
            "expect",
            "origin",
            "referer",
            "cookie",
            "forwarded",
            "x-real-ip",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "access-control-allow-origin");

    private static final System.Logger LOG = System.getLogger(PassThrough.class.getName());

    private final ModelClient client;
    private final GoneClients goneClients;

    public PassThrough(ModelClient client, GoneClients goneClients) {
        this.client = client;
        this.goneClients = goneClients;
    }

    /** One request through. */
    public void handle(ServerRequest request, ServerResponse response) {
        String id = RequestIds.of(request.headers());
        response.header(RequestIds.HEADER, id);
        byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
        Method method = request.prologue().method();
        var onward = client.request(method, request.path().rawPath(), id);
        // A token of ours opens nothing behind us; a key of the proxy's is for the proxy.
        boolean ourToken = SignIn.callerOf(request).isSignedIn();
        request.headers().forEach(header -> {
            String name = header.name().toLowerCase(Locale.ROOT);
            if (!HOP.contains(name) && !(ourToken && name.equals("authorization"))) {
                onward.header(header.headerName(), header.allValues());
            }
        });
        long started = System.nanoTime();
        var exchange = new Exchange(Thread.currentThread());
        response.headers().set(HeaderValues.CONNECTION_CLOSE);
        goneClients.watch(exchange::clientLeft);
        try {
            exchange.upstream = send(method, onward, body);
            relay(exchange.upstream, response);
        } catch (UncheckedIOException e) {
            throw new CloseConnectionException("the client left", e);
        } finally {
            exchange.close();
            LOG.log(
                    System.Logger.Level.INFO,
                    "request " + id + " " + method.text() + " " + request.path().rawPath() + " passed through: "
                            + exchange.outcome() + " in " + (System.nanoTime() - started) / 1_000_000 + " ms");
        }
    }

    private HttpClientResponse send(Method method, io.helidon.webclient.api.HttpClientRequest onward, byte[] body) {
        try {
            return Method.GET.equals(method) ? onward.request() : onward.submit(body);
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new CloseConnectionException("the client left before the answer", e);
            }
            throw client.unreachable(e);
        }
    }

    private static void relay(HttpClientResponse upstream, ServerResponse response) {
        response.status(Status.create(upstream.status().code()));
        upstream.headers().forEach(header -> {
            HeaderName name = header.headerName();
            if (!HOP.contains(name.lowerCase())) {
                response.headers().set(name, List.copyOf(header.allValues()));
            }
        });
        response.headers()
                .setIfAbsent(io.helidon.http.HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/octet-stream"));
        OutputStream out = response.outputStream();
        byte[] buffer = new byte[16 << 10];
        try {
            InputStream in = upstream.inputStream();
            int n;
            while ((n = read(in, buffer)) >= 0) {
                if (n > 0) {
                    out.write(buffer, 0, n);
                    out.flush();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stream cut by the proxy must be cut for the client too, or half an answer would look whole. */
    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException | RuntimeException e) {
            throw new CloseConnectionException("the proxy's answer broke off", e);
        }
    }

    /** The one thing that two threads share: where the request stands. */
    private static final class Exchange {
        private final Thread handler;
        private volatile HttpClientResponse upstream;
        private boolean closed;
        private volatile boolean left;

        Exchange(Thread handler) {
            this.handler = handler;
        }

        /** For the log: the proxy's status, or that there was none. */
        String outcome() {
            String status = upstream == null
                    ? "no answer"
                    : "status " + upstream.status().code();
            return left ? status + ", the client left" : status;
        }

        synchronized void clientLeft() {
            if (closed) {
                return;
            }
            left = true;
            if (upstream == null) {
                handler.interrupt();
            } else {
                upstream.close();
            }
        }

        void close() {
            synchronized (this) {
                closed = true;
            }
            if (upstream != null) {
                upstream.close();
            }
        }
    }
}
