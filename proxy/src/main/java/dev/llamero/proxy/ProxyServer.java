package dev.llamero.proxy;

import dev.llamero.proxy.http.AdminDoor;
import dev.llamero.proxy.http.FrontDoor;
import dev.llamero.proxy.http.Routes;
import dev.llamero.proxy.http.RunningCalls;
import dev.llamero.proxy.http.SlowClients;
import dev.llamero.proxy.http.UnroutedErrors;
import dev.llamero.proxy.http.WatchedConnections;
import dev.llamero.settings.LogSetup;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * The proxy on 8080: OpenAI's and Anthropic's APIs in front of model servers. Owns the listeners and what they share.
 */
public final class ProxyServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProxyServer.class.getName());
    private static final System.Logger ACCESS = System.getLogger("dev.llamero.proxy.access");

    /** A browser or agent opens a handful; the bound keeps a flood from taking all file handles. */
    private static final int CONNECTIONS_MAX = 1024;

    private static final int ADMIN_CONNECTIONS_MAX = 16;
    private static final long ADMIN_BODY_BYTES_MAX = 4096;
    private static final String VERSION = version();

    /** After cancelled answers ended, connections only need to notice. */
    private static final Duration LAST_GRACE = Duration.ofMillis(500);

    private final ProxySettings settings;
    private final LiveProxy live;
    private final RunningCalls running = new RunningCalls();
    private final SlowClients slowClients;
    private final WebServer server;
    private Optional<WebServer> admin = Optional.empty();

    private ProxyServer(SettingsSource source, ProxySettings settings, Consumer<String> accessLog) {
        this.settings = settings;
        this.slowClients = new SlowClients(settings.slowClient());
        this.live = new LiveProxy(source, settings);
        var frontDoor = new FrontDoor(live::get, new Routes(running, slowClients, VERSION), accessLog);
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
     * @param source of the settings, now and at each reload
     * @param accessLog takes one line of JSON per request
     * @throws SettingsException if a setting is bad or the port cannot be taken
     */
    public static ProxyServer start(SettingsSource source, Consumer<String> accessLog) {
        ProxySettings settings = source.read();
        checkPort(settings.host(), settings.port(), "port");
        var proxy = new ProxyServer(source, settings, accessLog);
        try {
            proxy.admin = proxy.startAdmin();
            proxy.server.start();
            // Helidon 4.5.0 only logs that it could not listen, and returns a server that does not run.
            if (!proxy.server.isRunning()) {
                throw cannotListen(settings.host(), settings.port(), "port", null);
            }
            return proxy;
        } catch (SettingsException e) {
            proxy.close();
            throw e;
        }
    }

    private Optional<WebServer> startAdmin() {
        if (settings.adminPort().isEmpty()) {
            return Optional.empty();
        }
        int port = settings.adminPort().get();
        try {
            checkPort(InetAddress.getLoopbackAddress(), port, "admin-port");
        } catch (SettingsException e) {
            if (settings.adminPortGiven()) {
                throw e;
            }
            // Nobody asked for this port: a second proxy on one machine works without an admin listener.
            LOG.log(System.Logger.Level.WARNING, "no admin listener: " + e.getMessage());
            return Optional.empty();
        }
        WebServer listener = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(port)
                .shutdownHook(false)
                .shutdownGracePeriod(LAST_GRACE)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(Http1ConnectionSelector.builder()
                        .config(Http1Config.create())
                        .build())
                .maxTcpConnections(ADMIN_CONNECTIONS_MAX)
                .maxPayloadSize(ADMIN_BODY_BYTES_MAX)
                .routing(routing -> routing.any(new AdminDoor(live::get, live::reload, VERSION)))
                .build();
        listener.start();
        return Optional.of(listener);
    }

    /** Reads the settings again, as the signal and the admin listener do. */
    List<String> reload() {
        return live.reload();
    }

    /** The port of the admin listener, if it has one. */
    Optional<Integer> adminPort() {
        return admin.map(WebServer::port);
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
        admin.ifPresent(WebServer::stop);
        live.close();
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
            var source = new SettingsSource(List.of(arguments), System.getenv());
            LogSetup.configure(source.read().logLevel());
            ProxyServer proxy = start(source, line -> ACCESS.log(System.Logger.Level.INFO, line));
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(proxy::close));
            ReloadSignal.onHangUp(proxy::reloadOrTell);
            LOG.log(
                    System.Logger.Level.INFO,
                    "ready at http://" + proxy.settings.host().getHostAddress() + ":" + proxy.port()
                            + proxy.adminPort()
                                    .map(port -> ", admin at http://127.0.0.1:" + port)
                                    .orElse("") + " ("
                            + proxy.settings + ")");
        } catch (SettingsException e) {
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
            System.exit(1);
        }
    }

    private void reloadOrTell() {
        try {
            live.reload();
        } catch (SettingsException e) {
            LOG.log(System.Logger.Level.DEBUG, "the log has told why", e);
        }
    }

    /** Asks first, since Helidon prints stack traces about a taken port. */
    private static void checkPort(InetAddress host, int port, String setting) {
        try (var probe = new ServerSocket(port, 1, host)) {
            LOG.log(System.Logger.Level.DEBUG, "port {0} is free", probe.getLocalPort());
        } catch (IOException e) {
            throw cannotListen(host, port, setting, e);
        }
    }

    private static SettingsException cannotListen(InetAddress host, int port, String setting, IOException cause) {
        return new SettingsException(
                "port " + port + " on " + host.getHostAddress()
                        + " cannot be used; another program may listen on it. Stop that one, or choose another with --"
                        + setting + " or LLAMERO_PROXY_"
                        + setting.toUpperCase(Locale.ROOT).replace('-', '_'),
                cause);
    }

    private static String version() {
        try (InputStream in = ProxyServer.class.getResourceAsStream("version.properties")) {
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException("the build has left no version", e);
        }
    }

    private static DirectHandlers directHandlers(Consumer<String> accessLog) {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, new UnroutedErrors(accessLog));
        }
        return handlers.build();
    }
}
