package dev.llamero.proxy;

import dev.llamero.proxy.http.CallerChecks;
import dev.llamero.proxy.http.ChatEndpoint;
import dev.llamero.proxy.http.FrontDoor;
import dev.llamero.proxy.http.HealthEndpoint;
import dev.llamero.proxy.http.ModelsEndpoint;
import dev.llamero.proxy.http.RunningCalls;
import dev.llamero.proxy.http.SlowClients;
import dev.llamero.proxy.http.UnroutedErrors;
import dev.llamero.proxy.http.WatchedConnections;
import dev.llamero.proxy.upstream.UpstreamClient;
import dev.llamero.settings.LogSetup;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The proxy on 8080: OpenAI's API in front of a server that speaks Ollama's. Owns the listener and the upstream client.
 */
public final class ProxyServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProxyServer.class.getName());
    private static final System.Logger ACCESS = System.getLogger("dev.llamero.proxy.access");

    /** A browser or agent opens a handful; the bound keeps a flood from taking all file handles. */
    private static final int CONNECTIONS_MAX = 1024;

    /** After cancelled answers ended, connections only need to notice. */
    private static final Duration LAST_GRACE = Duration.ofMillis(500);

    private final ProxySettings settings;
    private final UpstreamClient upstream;
    private final RunningCalls running = new RunningCalls();
    private final SlowClients slowClients;
    private final WebServer server;

    private ProxyServer(ProxySettings settings, Consumer<String> accessLog) {
        this.settings = settings;
        this.slowClients = new SlowClients(settings.slowClient());
        this.upstream = new UpstreamClient(settings.upstream(), settings.deadlines());
        var frontDoor = new FrontDoor(
                new CallerChecks(settings.apiKey()),
                accessLog,
                new ChatEndpoint(upstream, running, slowClients, Clock.systemUTC()),
                new ModelsEndpoint(upstream, settings.deadlines().connect()),
                new HealthEndpoint(upstream));
        this.server = WebServer.builder()
                .address(settings.host())
                .port(settings.port())
                .shutdownHook(false)
                .shutdownGracePeriod(LAST_GRACE)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new WatchedConnections(Http1Config.create()))
                // Without it, the second small write of a stream waits for the client's delayed acknowledgement.
                .connectionOptions(options -> options.tcpNoDelay(true))
                .writeQueueLength(0)
                .maxTcpConnections(CONNECTIONS_MAX)
                .maxPayloadSize(settings.maxBodyBytes())
                .idleConnectionTimeout(Duration.ofMinutes(2))
                .idleConnectionPeriod(Duration.ofSeconds(15))
                .directHandlers(directHandlers(accessLog))
                .routing(routing -> routing.any(frontDoor))
                .build();
    }

    /**
     * Starts listening.
     *
     * @param accessLog takes one line of JSON per request
     * @throws SettingsException if the port cannot be taken
     */
    public static ProxyServer start(ProxySettings settings, Consumer<String> accessLog) {
        checkPort(settings);
        var proxy = new ProxyServer(settings, accessLog);
        proxy.server.start();
        // Helidon 4.5.0 only logs that it could not listen, and returns a server that does not run.
        if (!proxy.server.isRunning()) {
            proxy.close();
            throw cannotListen(settings, null);
        }
        return proxy;
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Lets running answers finish for the time of grace, ends the rest with an error event, then stops. */
    @Override
    public void close() {
        try {
            running.drain(settings.grace(), Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop();
        upstream.close();
        slowClients.close();
    }

    /** Exits with 1 and one sentence if it cannot start. */
    public static void main(String[] arguments) {
        LogSetup.configure("info");
        if (List.of(arguments).contains("--help")) {
            LOG.log(System.Logger.Level.INFO, "settings of the proxy:\n" + SettingsReader.usage(KnownSettings.ALL));
            return;
        }
        try {
            ProxySettings settings = ProxySettings.read(Arrays.asList(arguments), System.getenv());
            LogSetup.configure(settings.logLevel());
            ProxyServer proxy = start(settings, line -> ACCESS.log(System.Logger.Level.INFO, line));
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(proxy::close));
            LOG.log(
                    System.Logger.Level.INFO,
                    "ready at http://" + settings.host().getHostAddress() + ":" + proxy.port() + " (" + settings + ")");
        } catch (SettingsException e) {
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
            System.exit(1);
        }
    }

    /** Asks first, since Helidon prints stack traces about a taken port. */
    private static void checkPort(ProxySettings settings) {
        try (var probe = new ServerSocket(settings.port(), 1, settings.host())) {
            LOG.log(System.Logger.Level.DEBUG, "port {0} is free", probe.getLocalPort());
        } catch (IOException e) {
            throw cannotListen(settings, e);
        }
    }

    private static SettingsException cannotListen(ProxySettings settings, IOException cause) {
        return new SettingsException(
                "port " + settings.port() + " on " + settings.host().getHostAddress()
                        + " cannot be used; another program may listen on it. Stop that one, or choose another with"
                        + " --port or LLAMERO_PROXY_PORT",
                cause);
    }

    private static DirectHandlers directHandlers(Consumer<String> accessLog) {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, new UnroutedErrors(accessLog));
        }
        return handlers.build();
    }
}
