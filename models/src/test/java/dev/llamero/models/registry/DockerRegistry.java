package dev.llamero.models.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Debian's docker-registry as a child process on a free port, with an empty folder. */
final class DockerRegistry implements AutoCloseable {
    private static final String PROGRAM = "docker-registry";
    private static final int START_SECONDS = 30;

    private final Process process;
    private final int port;

    private DockerRegistry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Optional<Path> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static DockerRegistry start(Path program, Path folder) throws IOException, InterruptedException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = folder.resolve("config.yml");
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(config, """
            version: 0.1
            log: {level: error}
            storage:
              filesystem: {rootdirectory: %s}
            http: {addr: "127.0.0.1:%d"}
            """.formatted(folder.resolve("data"), port));
        var builder = new ProcessBuilder(program.toString(), "serve", config.toString()).redirectErrorStream(true);
        builder.environment().put("OTEL_TRACES_EXPORTER", "none");
        Process process = builder.start();
        Thread.ofVirtual().start(() -> drain(process));
        var registry = new DockerRegistry(process, port);
        registry.awaitListening();
        return registry;
    }

    private static void drain(Process process) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.getLogger(PROGRAM).log(System.Logger.Level.DEBUG, line);
            }
        } catch (IOException e) {
            System.getLogger(PROGRAM).log(System.Logger.Level.DEBUG, "its output ended", e);
        }
    }

    private void awaitListening() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || process.waitFor(50, TimeUnit.MILLISECONDS)) {
                    close();
                    throw new IOException("docker-registry does not start", e);
                }
            }
        }
    }

    String host() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
