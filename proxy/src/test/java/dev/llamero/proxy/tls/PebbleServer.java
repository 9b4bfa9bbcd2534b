package dev.llamero.proxy.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Let's Encrypt's own test server, Pebble, with a name server that leads every name to 127.0.0.1. */
public final class PebbleServer implements AutoCloseable {
    private static final int STARTS_IN_TRIES = 400;

    private final Path folder;
    private final int port;
    private final int management;
    private final Path root;
    private final List<Process> processes = new ArrayList<>();

    /**
     * Starts it.
     *
     * @param httpPort where it asks instead of at port 80
     */
    public PebbleServer(Path folder, int httpPort) throws Exception {
        this.folder = folder;
        this.port = freePort();
        this.management = freePort();
        this.root = folder.resolve("root.pem");
        TestAuthority.write(folder, folder.resolve("server.pem"), folder.resolve("server.key"));
        int names = freePort();
        Path settings = folder.resolve("pebble.json");
        Files.writeString(settings, """
            {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
              "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": 5001,
              "ocspResponderURL": "", "externalAccountBindingRequired": false}}
            """.formatted(
                        port, management, folder.resolve("server.pem"), folder.resolve("server.key"), httpPort));
        start(
                "pebble-challtestsrv",
                "-dns01",
                "127.0.0.1:" + names,
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
                "-management",
                "127.0.0.1:" + freePort(),
                "-defaultIPv6",
                "");
        start("pebble", "-config", settings.toString(), "-dnsserver", "127.0.0.1:" + names);
        awaitPort(port);
    }

    /** Whether Debian's package pebble is here. */
    public static boolean isInstalled() {
        return Stream.of("/usr/bin/pebble", "/usr/bin/pebble-challtestsrv")
                .allMatch(f -> Files.isExecutable(Path.of(f)));
    }

    /** A port that nobody has now. */
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Where clients begin. */
    public URI directory() {
        return URI.create("https://127.0.0.1:" + port + "/dir");
    }

    /** What its own HTTPS hangs on. */
    public Path root() {
        return root;
    }

    /** The root of what it issues, which it makes anew at each start, in a file. */
    public Path issuingRoot() throws Exception {
        Path file = folder.resolve("issuing.pem");
        try (SSLSocket socket = (SSLSocket)
                trusting(root).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), management)) {
            socket.getOutputStream()
                    .write("GET /roots/0 HTTP/1.0\r\nHost: localhost\r\n\r\n"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            Files.writeString(file, answer.substring(answer.indexOf("-----BEGIN")));
        }
        return file;
    }

    private static SSLContext trusting(Path roots) throws Exception {
        var store = java.security.KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", Identity.certificates(roots).getFirst());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private void start(String... command) throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(command[0] + ".log").toFile());
        builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
        processes.add(builder.start());
    }

    private void awaitPort(int wanted) throws Exception {
        for (int i = 0; i < STARTS_IN_TRIES; i++) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), wanted)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                if (!processes.getLast().isAlive()) {
                    break;
                }
                Thread.sleep(50);
            }
        }
        close();
        throw new AssertionError("pebble did not start: " + Files.readString(folder.resolve("pebble.log")));
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.destroy();
            // It has no state to lose; a test that is interrupted leaves none behind.
            process.onExit()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .exceptionally(e -> process.destroyForcibly())
                    .join();
        }
    }
}
