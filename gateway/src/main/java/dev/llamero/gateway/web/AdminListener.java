package dev.llamero.gateway.web;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code /metrics} on a port of its own, on 127.0.0.1 alone: it asks for no token, so it never listens elsewhere, and
 * no page of any origin gets at it through a browser.
 */
public final class AdminListener implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 32;

    private final WebServer server;
    private final OriginGuard guard;

    /** @param port 0 takes a free one */
    public AdminListener(int port, Supplier<String> metrics) {
        guard = new OriginGuard(this::port, List.of());
        server = WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .shutdownHook(false)
                .protocolsDiscoverServices(false)
                .featuresDiscoverServices(false)
                .addProtocol(Http1Config.create())
                .maxTcpConnections(CONNECTIONS_MAX)
                .maxPayloadSize(1024)
                .directHandlers(ErrorReplies.beforeRouting())
                .routing(routing -> {
                    ErrorReplies.register(routing);
                    routing.get("/metrics", (request, response) -> answer(request, response, metrics));
                })
                .build();
    }

    /** @return false if the port is taken */
    public boolean start() {
        server.start();
        return server.isRunning();
    }

    public int port() {
        return server == null ? -1 : server.port();
    }

    private void answer(ServerRequest request, ServerResponse response, Supplier<String> metrics) {
        if (request.headers().contains(HeaderNames.ORIGIN)
                || guard.refusal(request.headers()).isPresent()) {
            ErrorReplies.refuse(response, Status.FORBIDDEN_403, "forbidden", "open this at 127.0.0.1, not in a page");
            return;
        }
        response.headers().set(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(metrics.get().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop();
    }
}
