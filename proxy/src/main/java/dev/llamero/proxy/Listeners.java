package dev.llamero.proxy;

import dev.llamero.proxy.http.CallRecords;
import dev.llamero.proxy.http.ConnectionClock;
import dev.llamero.proxy.http.Http2Connections;
import dev.llamero.proxy.http.RedirectDoor;
import dev.llamero.proxy.http.TimedHandshakes;
import dev.llamero.proxy.http.UnroutedErrors;
import dev.llamero.proxy.http.WatchedConnections;
import dev.llamero.proxy.tls.Certificates;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http1.Http1Config;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntSupplier;

/** How the listeners that face clients are made. Stateless. */
final class Listeners {
    /** After cancelled answers ended, connections only need to notice. */
    static final Duration LAST_GRACE = Duration.ofMillis(500);

    /** Beside TLS there is nothing to send but an ACME server's question. */
    private static final long REDIRECT_BODY_BYTES_MAX = 4096;

    private Listeners() {}

    /** The one that callers use. */
    static WebServer callers(
            ProxySettings settings,
            Optional<Certificates> certificates,
            ConnectionClock clock,
            Handler door,
            CallRecords records) {
        WebServerConfig.Builder builder = base(settings, settings.maxBodyBytes(), clock, records)
                .port(settings.port())
                .routing(routing -> routing.any(door));
        certificates.ifPresent(kept -> {
            // Helidon's NIO sockets ask the resolver for each client's name before a handshake; these do not.
            builder.useNio(false);
            builder.tls(Tls.builder()
                    .sslContext(new TimedHandshakes(kept.context(), clock))
                    .build());
            if (settings.edge().http2()) {
                builder.addConnectionSelector(
                        new Http2Connections(settings.edge().limits().headBytes(), settings.slowClient(), clock));
            }
        });
        return builder.build();
    }

    /** Plain HTTP beside TLS. */
    static WebServer redirect(
            ProxySettings settings,
            Certificates certificates,
            ConnectionClock clock,
            IntSupplier httpsPort,
            CallRecords records) {
        return base(settings, REDIRECT_BODY_BYTES_MAX, clock, records)
                .port(settings.edge().httpPort().orElseThrow())
                .routing(routing -> routing.any(new RedirectDoor(certificates::challengeAnswer, httpsPort)))
                .build();
    }

    private static WebServerConfig.Builder base(
            ProxySettings settings, long bodyBytesMax, ConnectionClock clock, CallRecords records) {
        EdgeSettings.ConnectionLimits limits = settings.edge().limits();
        var http1 = Http1Config.builder().maxHeadersSize(limits.headBytes());
        return WebServer.builder()
                .address(settings.host())
                .shutdownHook(false)
                .shutdownGracePeriod(LAST_GRACE)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new WatchedConnections(http1, clock))
                .maxPayloadSize(bodyBytesMax)
                // Without it, the second small write of a stream waits for the client's delayed acknowledgement.
                .connectionOptions(options -> options.tcpNoDelay(true))
                .writeQueueLength(0)
                .maxTcpConnections(limits.connections())
                .idleConnectionTimeout(limits.idle())
                .idleConnectionPeriod(Duration.ofSeconds(15))
                .directHandlers(directHandlers(records));
    }

    private static DirectHandlers directHandlers(CallRecords records) {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, new UnroutedErrors(records));
        }
        return handlers.build();
    }
}
