package dev.llamero.inference.http;

import dev.llamero.inference.api.JsonText;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The listener of the Ollama API. The owner starts it, and stops it before it closes the models.
 *
 * <p>Every limit that Helidon 4.5.0 leaves open is set here.
 */
public final class ApiServer implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 1_024;
    private static final int HEADERS_BYTES_MAX = 64 << 10;
    private static final int PROLOGUE_BYTES_MAX = 8 << 10;
    private static final Duration IDLE_MAX = Duration.ofMinutes(2);
    private static final Duration IDLE_CHECK = Duration.ofSeconds(15);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final WebServer server;
    private final WriteWatch writes;

    private ApiServer(WebServer server, WriteWatch writes) {
        this.server = server;
        this.writes = writes;
    }

    /**
     * Where to listen, and to whom.
     *
     * @param port 0 for any free one
     * @param origins web origins allowed beside the default ones
     * @param writeStallMax longest time that one write to a client may take before it is cut off
     */
    public record Settings(String host, int port, List<String> origins, Duration writeStallMax) {}

    /**
     * Starts to listen.
     *
     * @throws BindException if the address is taken or is not this machine's
     */
    public static ApiServer start(Settings settings, ApiHandlers handlers) throws BindException {
        var connections = new WatchedConnections(Http1Config.builder()
                .maxHeadersSize(HEADERS_BYTES_MAX)
                .maxPrologueLength(PROLOGUE_BYTES_MAX)
                .validateRequestHeaders(false));
        var writes = new WriteWatch(settings.writeStallMax());
        var guard = new BrowserGuard(settings.origins(), isLoopback(settings.host()));
        var dispatcher = new Dispatcher(handlers.routes(), guard, connections, writes);
        WebServer server = WebServer.builder()
                .host(settings.host())
                .port(settings.port())
                .shutdownHook(false)
                .protocolsDiscoverServices(false)
                .featuresDiscoverServices(false)
                .addConnectionSelector(connections)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .writeQueueLength(0)
                .maxTcpConnections(CONNECTIONS_MAX)
                .idleConnectionTimeout(IDLE_MAX)
                .idleConnectionPeriod(IDLE_CHECK)
                .shutdownGracePeriod(GRACE)
                .directHandlers(refusals())
                .routing(routing -> routing.any(dispatcher::handle))
                .build()
                .start();
        if (!server.isRunning()) {
            // Helidon 4.5.0 only logs that it could not bind.
            writes.close();
            throw new BindException("cannot listen on " + settings.host() + ":" + settings.port());
        }
        return new ApiServer(server, writes);
    }

    private static boolean isLoopback(String host) {
        return new InetSocketAddress(host, 0).getAddress() instanceof InetAddress address
                && address.isLoopbackAddress();
    }

    /**
     * What is refused before it reaches a route gets an error body as well, and what is no HTTP the text of Go's
     * server.
     */
    private static DirectHandlers refusals() {
        var builder = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            builder.addHandler(type, (request, event, status, headers, message) -> {
                if (status.code() == Status.BAD_REQUEST_400.code()) {
                    return refusal(status, headers, "text/plain; charset=utf-8", "400 Bad Request");
                }
                if (status.code() == Status.NOT_IMPLEMENTED_501.code()) {
                    return refusal(status, headers, "text/plain; charset=utf-8", "Unsupported transfer encoding");
                }
                String text = status.code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()
                        ? "request body is larger than " + (Exchange.BODY_BYTES_MAX >> 20) + " MiB"
                        : status.reasonPhrase().toLowerCase(Locale.ROOT);
                return refusal(status, headers, Exchange.JSON, JsonText.of(Map.of("error", text)));
            });
        }
        return builder.build();
    }

    private static DirectHandler.TransportResponse refusal(
            Status status, ServerResponseHeaders headers, String type, String text) {
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, type)
                .keepAlive(false)
                .entity(Texts.utf8(text))
                .build();
    }

    /** Who we are to registries: they answer by the version of Ollama that a client claims to be. */
    public static String agent() {
        return "ollama/" + OllamaVersion.NUMBER + " (" + System.getProperty("os.arch") + " "
                + System.getProperty("os.name").toLowerCase(Locale.ROOT) + ") llamero Java/"
                + Runtime.version().feature();
    }

    public int port() {
        return server.port();
    }

    /** Stops taking requests, gives running ones a few seconds, then cuts them off. */
    @Override
    public void close() {
        server.stop();
        writes.close();
    }
}
