package dev.llamero.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A gateway in a process of its own that can be killed and started again at the same port with the same chats. */
final class GatewayProcess implements AutoCloseable {
    private final List<String> command;
    private final int port;
    private final Map<String, String> environment;
    private Process process;
    private String said = "";

    GatewayProcess(URI proxy, Path data) throws IOException {
        this(proxy, data, Map.of());
    }

    /** @param environment further variables */
    GatewayProcess(URI proxy, Path data, Map<String, String> environment) throws IOException {
        this.environment = environment;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayServer.class.getName(),
                "--port",
                String.valueOf(port),
                "--model-endpoint",
                proxy.toString(),
                "--inference-endpoint",
                "http://127.0.0.1:9",
                "--data-dir",
                data.toString(),
                "--retry-for",
                "5m",
                "--automatic-titles",
                "false");
    }

    URI webSocket() {
        return URI.create("ws://127.0.0.1:" + port + "/ws");
    }

    /** Starts it, and returns when it listens. */
    void start() throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LLAMERO_CONFIG", "none.yaml");
        builder.environment().putAll(environment);
        process = builder.start();
        BufferedReader output = process.inputReader();
        var said = new StringBuilder();
        for (String line = output.readLine(); ; line = output.readLine()) {
            if (line == null) {
                throw new AssertionError("the gateway did not start: " + said);
            }
            said.append(line).append('\n');
            if (line.contains("ready at")) {
                break;
            }
        }
        this.said = said.toString();
        // A full pipe would stop it.
        Thread.ofPlatform().daemon().start(() -> output.lines().forEach(line -> {}));
    }

    /** What it has logged until it listened. */
    String said() {
        return said;
    }

    /** Ends it without a word, as a crash or a kill -9 does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
