package dev.llamero.inference.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.llamero.inference.ServerPlan;
import dev.llamero.inference.doctor.Finding.Level;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsCheckTest {
    @TempDir
    Path root;

    @Test
    void freePortIsFine() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Finding finding = PortsCheck.models(machine(), "127.0.0.1", port);
        assertThat(finding.level()).isEqualTo(Level.OK);
        assertThat(finding.what()).startsWith("nothing listens");
    }

    @Test
    void ollamaIsToldFromLlameroByItsProcess() throws IOException {
        try (var server = new Answering("{\"version\":\"0.30.0\"}")) {
            owner(server.port(), "/usr/bin/ollama\0serve");
            Finding finding = PortsCheck.models(machine(), "127.0.0.1", server.port());
            assertThat(finding.level()).isEqualTo(Level.NOTE);
            assertThat(finding.what()).startsWith("Ollama listens").contains("/usr/bin/ollama serve (pid 4711)");
            owner(server.port(), "java\0-cp\0x\0dev.llamero.inference.InferenceServer");
            assertThat(PortsCheck.models(machine(), "127.0.0.1", server.port()).what())
                    .startsWith("Llamero's");
        }
    }

    @Test
    void anotherProgramIsBrokenAndNamed() throws IOException {
        try (var server = new Answering("hello")) {
            owner(server.port(), "nginx");
            Finding finding = PortsCheck.models(machine(), "127.0.0.1", server.port());
            assertThat(finding.level()).isEqualTo(Level.BROKEN);
            assertThat(finding.what()).startsWith("nginx (pid 4711) listens");
            assertThat(finding.remedy()).contains("OLLAMA_HOST");
            Finding other = PortsCheck.other(machine(), PortsCheck.PROXY, server.port());
            assertThat(other.level()).isEqualTo(Level.BROKEN);
            assertThat(other.what()).contains("nginx (pid 4711) listens").endsWith("where the proxy would");
            assertThat(other.remedy()).contains("LLAMERO_PROXY_PORT");
        }
    }

    @Test
    void aProxyThatTellsNothingWithoutAKeyIsKnownByItsProcess() throws IOException {
        try (var server = new Answering("no key")) {
            owner(server.port(), "java\0-cp\0x\0dev.llamero.proxy.ProxyServer\0--port\0" + server.port());
            assertThat(PortsCheck.other(machine(), PortsCheck.PROXY, server.port()))
                    .isEqualTo(Finding.ok("ports", "Llamero's proxy listens at 127.0.0.1:" + server.port()));
        }
    }

    @Test
    void portsThatTheEnvironmentNamesAreLookedAt() throws IOException {
        try (var proxy = new Answering("{\"status\":\"ok\"}");
                var page = new Answering("<title>Llamero</title>")) {
            var machine = new Machine(
                    Map.of("LLAMERO_PROXY_PORT", "" + proxy.port(), "OPENCLAW_GATEWAY_PORT", "" + page.port()),
                    root,
                    root,
                    25,
                    root,
                    command -> Optional.empty());
            var plan = ServerPlan.read(Map.of("OLLAMA_HOST", "127.0.0.1:1"), root.resolve("no.yaml"), root);
            assertThat(PortsCheck.check(machine, plan))
                    .extracting(Finding::what)
                    .containsExactly(
                            "nothing listens at 127.0.0.1:1 (model server)",
                            "Llamero's proxy answers at 127.0.0.1:" + proxy.port(),
                            "Llamero's chat page answers at 127.0.0.1:" + page.port());
        }
    }

    private Machine machine() {
        return new Machine(Map.of(), root, root, 25, root, command -> Optional.empty());
    }

    /** A process table in which this command listens on the port. */
    private void owner(int port, String command) throws IOException {
        Path files = Files.createDirectories(root.resolve("proc/4711/fd"));
        Files.createDirectories(root.resolve("proc/net"));
        Files.writeString(
                root.resolve("proc/net/tcp"),
                String.format(
                        Locale.ROOT,
                        "header%n 0: 0100007F:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1%n",
                        port));
        Files.writeString(root.resolve("proc/4711/cmdline"), command);
        Path link = files.resolve("3");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of("socket:[777]"));
    }

    /** A server that answers every request with the same text. */
    private static final class Answering implements AutoCloseable {
        private final HttpServer server;

        Answering(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
            });
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
