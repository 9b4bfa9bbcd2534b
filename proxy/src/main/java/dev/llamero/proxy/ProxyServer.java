package dev.llamero.proxy;

import dev.llamero.proxy.callers.Accounts;
import dev.llamero.proxy.http.AdminDoor;
import dev.llamero.proxy.http.CallRecords;
import dev.llamero.proxy.http.ConnectionClock;
import dev.llamero.proxy.http.Edge;
import dev.llamero.proxy.http.FrontDoor;
import dev.llamero.proxy.http.MetricsPage;
import dev.llamero.proxy.http.Origins;
import dev.llamero.proxy.http.Routes;
import dev.llamero.proxy.http.RunningCalls;
import dev.llamero.proxy.http.SlowClients;
import dev.llamero.proxy.tls.Certificates;
import dev.llamero.proxy.tls.TlsPlan;
import dev.llamero.settings.LogSetup;
import dev.llamero.settings.ServerHelp;
import dev.llamero.settings.SettingsException;
import io.helidon.webserver.WebServer;
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
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * The proxy on 8080: OpenAI's and Anthropic's APIs in front of model servers. Owns the listeners and what they share.
 */
public final class ProxyServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProxyServer.class.getName());
    private static final System.Logger ACCESS = System.getLogger("dev.llamero.proxy.access");

    private static final int ADMIN_CONNECTIONS_MAX = 16;
    private static final long ADMIN_BODY_BYTES_MAX = 4096;
    private static final String VERSION = version();

    private final ProxySettings settings;
    private final LiveProxy live;
    private final RunningCalls running = new RunningCalls();
    private final CallRecords records;
    private final SlowClients slowClients;
    private final ConnectionClock clock;
    private final Optional<Certificates> certificates;
    private final WebServer server;
    private final Optional<WebServer> redirect;
    private Optional<WebServer> admin = Optional.empty();

    private ProxyServer(SettingsSource source, ProxySettings settings, Consumer<String> accessLog) {
        this.settings = settings;
        this.records = new CallRecords(accessLog);
        this.certificates = certificates(settings);
        this.slowClients =
                new SlowClients(settings.slowClient(), settings.edge().limits().body());
        this.clock = new ConnectionClock(
                settings.edge().limits().head(), settings.edge().limits().idle(), settings.slowClient());
        this.live = new LiveProxy(source, settings);
        var frontDoor = new FrontDoor(live::get, new Routes(running, slowClients, VERSION), edge(settings), records);
        this.server = Listeners.callers(settings, certificates, clock, frontDoor, records);
        this.redirect = settings.edge()
                .httpPort()
                .map(_ -> Listeners.redirect(settings, certificates.orElseThrow(), clock, this.server::port, records));
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
            proxy.startRedirect();
            proxy.certificates.ifPresent(Certificates::start);
            return proxy;
        } catch (SettingsException e) {
            proxy.close();
            throw e;
        }
    }

    private void startRedirect() {
        if (redirect.isPresent()) {
            int port = settings.edge().httpPort().orElseThrow();
            checkPort(settings.host(), port, "http-port");
            redirect.get().start();
            if (!redirect.get().isRunning()) {
                throw cannotListen(settings.host(), port, "http-port", null);
            }
        }
    }

    private static Optional<Certificates> certificates(ProxySettings settings) {
        if (settings.edge().tls() instanceof TlsPlan.Off) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Certificates(settings.edge().tls()));
        } catch (IllegalArgumentException e) {
            throw new SettingsException("setting tls: " + e.getMessage(), e);
        }
    }

    private static Edge edge(ProxySettings settings) {
        return new Edge(
                new Origins(settings.edge().corsOrigins()),
                settings.edge().tlsNames(),
                settings.edge().limits().headBytes());
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
                .shutdownGracePeriod(Listeners.LAST_GRACE)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(Http1ConnectionSelector.builder()
                        .config(Http1Config.create())
                        .build())
                .maxTcpConnections(ADMIN_CONNECTIONS_MAX)
                .maxPayloadSize(ADMIN_BODY_BYTES_MAX)
                .routing(routing -> routing.any(adminDoor()))
                .build();
        listener.start();
        return Optional.of(listener);
    }

    private AdminDoor adminDoor() {
        var metrics = new MetricsPage(records, running, live.accounts(), live::get);
        return new AdminDoor(live::get, this::reload, metrics, VERSION);
    }

    /** Reads the settings again, as the signal and the admin listener do. */
    List<String> reload() {
        return live.reload(() -> {
            try {
                certificates.ifPresent(Certificates::reload);
            } catch (IllegalArgumentException e) {
                throw new SettingsException("setting tls: " + e.getMessage(), e);
            }
        });
    }

    /** The port of plain HTTP beside TLS, if there is one. */
    Optional<Integer> redirectPort() {
        return redirect.map(WebServer::port);
    }

    /** What all keys have used. */
    Accounts accounts() {
        return live.accounts();
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
        redirect.ifPresent(WebServer::stop);
        admin.ifPresent(WebServer::stop);
        certificates.ifPresent(Certificates::close);
        live.close();
        slowClients.close();
        clock.close();
        records.close();
    }

    /** Exits with 1 and one sentence if it cannot start. */
    public static void main(String[] arguments) {
        LogSetup.configure("info");
        if (ServerHelp.isAsked(List.of(arguments))) {
            String about = "Start the proxy: the APIs of OpenAI and Anthropic in front of model servers.";
            new ServerHelp("proxy", about, KnownSettings.ALL, Map.of()).print();
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
                    "ready at " + (proxy.certificates.isPresent() ? "https" : "http") + "://"
                            + proxy.settings.host().getHostAddress() + ":" + proxy.port()
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
            reload();
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
}
