package dev.llamero.gateway;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.llamero.gateway.access.AccessException;
import dev.llamero.gateway.access.Accounts;
import dev.llamero.gateway.access.Caller;
import dev.llamero.gateway.access.Gate;
import dev.llamero.gateway.access.Sources;
import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.chat.ChatException;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.chat.Models;
import dev.llamero.gateway.chat.Pulls;
import dev.llamero.gateway.figures.TurnFigures;
import dev.llamero.gateway.figures.TurnLog;
import dev.llamero.gateway.upstream.InferenceClient;
import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.ModelKey;
import dev.llamero.gateway.upstream.UpstreamException;
import dev.llamero.gateway.web.AdminListener;
import dev.llamero.gateway.web.EdgeFilter;
import dev.llamero.gateway.web.ErrorReplies;
import dev.llamero.gateway.web.FramedConnections;
import dev.llamero.gateway.web.GoneClients;
import dev.llamero.gateway.web.OriginGuard;
import dev.llamero.gateway.web.PassThrough;
import dev.llamero.gateway.web.SignIn;
import dev.llamero.gateway.web.StaticSite;
import dev.llamero.gateway.ws.Browsers;
import dev.llamero.gateway.ws.ChatEndpoint;
import dev.llamero.gateway.ws.Requests;
import dev.llamero.settings.LogSetup;
import dev.llamero.settings.ServerHelp;
import dev.llamero.settings.SettingsException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.websocket.WsUpgrader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * The gateway: wires its parts, listens, beats four times a second, and ends in order. Owns everything that must be
 * closed.
 */
public final class GatewayServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GatewayServer.class.getName());

    /** Images in base64, for the pass-through; a question of the page is far smaller. */
    private static final long PAYLOAD_BYTES_MAX = 16L << 20;

    private static final int CONNECTIONS_MAX = 512;
    private static final long BEAT_NANOS = 250_000_000L;

    private final Accounts accounts;
    private final Gate gate;
    private final TurnFigures figures = new TurnFigures();
    private final TurnLog turnLog;
    private final Optional<AdminListener> admin;
    private final Browsers browsers;
    private final Chats chats;
    private final Models models;
    private final Pulls pulls;
    private final WebServer server;
    private final Thread beat;
    private volatile boolean closed;

    private GatewayServer(Settings settings) {
        var key = new ModelKey(settings.modelApiKey(), settings.modelApiKeyFile());
        var client = new ModelClient(settings.modelEndpoint(), key, settings.silenceTimeout());
        var inference = new ModelClient(settings.inferenceEndpoint(), ModelKey.NONE, settings.silenceTimeout());
        var inferenceClient = new InferenceClient(inference);
        models = new Models(client, inferenceClient, settings.model());
        pulls = new Pulls(inferenceClient, this::publish);
        var guard = new OriginGuard(this::port, settings.allowedOrigins());
        StaticSite site = StaticSite.load();
        accounts = Accounts.open(settings.dataDirectory(), Clock.systemUTC());
        var sources = new Sources(settings.trustedProxies());
        gate = new Gate(accounts, sources, settings.isExposed(), System::nanoTime);
        giveToken(settings);
        browsers = new Browsers(guard, gate);
        var signIn = new SignIn(gate, accounts, guard, browsers::signedOut);
        turnLog = new TurnLog(figures, settings.turnLog(), Clock.systemUTC());
        admin = settings.adminPort().isPresent()
                ? Optional.of(new AdminListener(settings.adminPort().getAsInt(), this::metrics))
                : Optional.empty();
        chats = new Chats(
                new Chats.Options(settings.dataDirectory(), settings.retryFor(), settings.automaticTitles()),
                client,
                models,
                this::publish,
                Clock.systemUTC());
        String version = version();
        var requests = new Requests(
                version,
                chats,
                models,
                pulls,
                owner -> new LayerReport(version, address(settings), client, inference, chats, browsers).make(owner));
        var goneClients = new GoneClients();
        server = WebServer.builder()
                .host(settings.host())
                .port(settings.port())
                .shutdownHook(false)
                .protocolsDiscoverServices(false)
                .featuresDiscoverServices(false)
                .addConnectionSelector(new FramedConnections(
                        Http1Config.builder().validateResponseHeaders(true),
                        List.of(goneClients, sources),
                        WsUpgrader.create(ChatEndpoint.config())))
                // A connection that was upgraded looks its limits up here.
                .addProtocol(ChatEndpoint.config())
                .connectionOptions(options -> options.tcpNoDelay(true))
                .putListenerSocketOption(StandardSocketOptions.SO_RCVBUF, 256 << 10)
                .maxPayloadSize(PAYLOAD_BYTES_MAX)
                .maxTcpConnections(CONNECTIONS_MAX)
                .idleConnectionTimeout(Duration.ofMinutes(2))
                .idleConnectionPeriod(Duration.ofSeconds(15))
                .shutdownGracePeriod(Duration.ofSeconds(1))
                .directHandlers(ErrorReplies.beforeRouting())
                .addRouting(ChatEndpoint.routing(browsers, requests))
                .routing(routing ->
                        route(routing, new EdgeFilter(guard, gate), signIn, new PassThrough(client, goneClients), site))
                .build();
        beat = Thread.ofVirtual().name("beat").unstarted(this::beat);
    }

    /**
     * Starts a gateway that listens.
     *
     * @throws SettingsException if the port is taken
     */
    public static GatewayServer start(Settings settings) {
        var gateway = new GatewayServer(settings);
        gateway.server.start();
        if (!gateway.server.isRunning()) {
            gateway.close();
            throw new SettingsException("cannot listen on " + settings.host() + ":" + settings.port()
                    + "; is a gateway running already? Set CLAWDBOT_PORT to another port, or stop it");
        }
        gateway.startAdmin(settings);
        gateway.beat.start();
        Thread.ofVirtual().name("first-models").start(() -> learnModels(gateway.models));
        return gateway;
    }

    private void startAdmin(Settings settings) {
        if (admin.isEmpty() || admin.get().start()) {
            return;
        }
        if (!settings.isDefaultAdminPort()) {
            close();
            throw new SettingsException("cannot listen on 127.0.0.1:"
                    + settings.adminPort().getAsInt() + "; set admin-port to another port, or to off");
        }
        LOG.log(Level.WARNING, "port " + settings.adminPort().getAsInt() + " is taken: there are no /metrics");
    }

    private String metrics() {
        Runtime runtime = Runtime.getRuntime();
        return figures.text(new TurnFigures.Now(
                chats.runningTurns(), browsers.count(), runtime.totalMemory() - runtime.freeMemory()));
    }

    /** Port of the figures; -1 if there is none. */
    int adminPort() {
        return admin.map(AdminListener::port).orElse(-1);
    }

    /** Port that is listened on; -1 before and after. */
    public int port() {
        return server == null ? -1 : server.port();
    }

    private URI address(Settings settings) {
        return URI.create("http://" + settings.host() + ":" + port());
    }

    /** The account {@code local} owns all chats from before there were accounts; its token is shown once. */
    private void giveToken(Settings settings) {
        settings.token().ifPresent(token -> accounts.set(Caller.LOCAL, token));
        if (gate.isClosed() && !accounts.any()) {
            LOG.log(
                    Level.INFO,
                    "everybody must sign in; the token of account " + Caller.LOCAL + ", shown only now: "
                            + accounts.add(Caller.LOCAL));
        }
    }

    private void route(
            HttpRouting.Builder routing, EdgeFilter edge, SignIn signIn, PassThrough passThrough, StaticSite site) {
        routing.addFilter(edge);
        ErrorReplies.register(routing);
        signIn.routes(routing);
        routing.get("/healthz", this::health)
                .get(ChatEndpoint.PATH, GatewayServer::upgradeRequired)
                .post("/v1/chat/completions", passThrough::handle)
                .get("/v1/models", passThrough::handle)
                .get("/*", site)
                .get("/", site);
    }

    private void health(ServerRequest request, ServerResponse response) {
        Optional<String> fault = LayerReport.storeFault(chats);
        var body = JsonNodeFactory.instance.objectNode().put("status", fault.isEmpty() ? "ok" : "failing");
        if (gate.knows(request.headers())) {
            body.put("version", version()).put("pages", browsers.count()).put("runningTurns", chats.runningTurns());
        }
        fault.ifPresent(reason -> body.put("reason", reason));
        response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
        response.status(fault.isEmpty() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503)
                .send(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void upgradeRequired(ServerRequest request, ServerResponse response) {
        response.status(Status.create(426)).send("this address speaks WebSocket; PROTOCOL.md tells what");
    }

    private void publish(String owner, ChatEvent event) {
        browsers.publish(owner, event);
        turnLog.happened(owner, event);
    }

    private void beat() {
        while (!closed) {
            LockSupport.parkNanos(BEAT_NANOS);
            beatAt(System.nanoTime());
        }
    }

    /** One beat, at the time that a test says. */
    void beatAt(long nowNanos) {
        try {
            chats.beat();
            accounts.refresh();
            browsers.beat(nowNanos);
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.log(Level.ERROR, "a beat failed", e);
            }
        }
    }

    private static void learnModels(Models models) {
        try {
            LOG.log(
                    Level.INFO,
                    "models: "
                            + String.join(
                                    ", ",
                                    models.refresh(java.util.UUID.randomUUID().toString())));
        } catch (UpstreamException e) {
            LOG.log(Level.WARNING, e.getMessage() + " " + e.remedy());
        }
    }

    private static String version() {
        try (InputStream in = GatewayServer.class.getResourceAsStream("version.properties")) {
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves running turns to the next start, says goodbye to the pages, and stops listening. Safe to call twice. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        beat.interrupt();
        pulls.close();
        chats.close();
        browsers.close();
        server.stop();
        admin.ifPresent(AdminListener::close);
        turnLog.close();
        accounts.close();
    }

    /** Starts the gateway from flags, environment and {@code llamero.yaml}. */
    public static void main(String[] arguments) {
        if (ServerHelp.isAsked(List.of(arguments))) {
            String about = "Start the chat page, which talks to the proxy.";
            new ServerHelp("gateway", about, Settings.ALL, Map.of()).print();
            return;
        }
        try {
            Settings settings = Settings.read(List.of(arguments), System.getenv());
            LogSetup.configure(settings.logLevel());
            LOG.log(Level.INFO, "settings: " + settings.printed());
            Settings.oldNames(System.getenv()).forEach(line -> LOG.log(Level.WARNING, line));
            GatewayServer gateway = start(settings);
            Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "shutdown"));
            LOG.log(Level.INFO, "ready at http://" + settings.host() + ":" + gateway.port());
        } catch (SettingsException | ChatException | AccessException e) {
            LOG.log(Level.ERROR, e.getMessage());
            System.exit(1);
        }
    }
}
