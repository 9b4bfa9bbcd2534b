package dev.llamero.benchmarks.chain;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code ./llamero up} on free ports: three real servers and a real model, as a user starts them. */
final class RunningChain implements AutoCloseable {
    private static final Duration READY_WAIT = Duration.ofMinutes(3);
    private static final Duration END_WAIT = Duration.ofMinutes(1);

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final int inferencePort;
    private final int proxyPort;
    private final int gatewayPort;

    private RunningChain(Path root, Path model, Path folder) throws IOException, InterruptedException {
        inferencePort = freePort();
        proxyPort = freePort();
        gatewayPort = freePort();
        Path settings = Files.writeString(folder.resolve("llamero.yaml"), """
            inference:
              port: %d
            proxy:
              port: %d
              upstream: http://127.0.0.1:%d
              keys-file: %s
            gateway:
              port: %d
              model-endpoint: http://127.0.0.1:%d
              inference-endpoint: http://127.0.0.1:%d
              data-dir: %s
            """.formatted(
                        inferencePort,
                        proxyPort,
                        inferencePort,
                        folder.resolve("keys.json"),
                        gatewayPort,
                        proxyPort,
                        inferencePort,
                        folder.resolve("gateway")));
        // A folder of models and not --model, since models are made in some tests.
        Path models = Files.createDirectories(folder.resolve("models"));
        Files.copy(model, models.resolve(model.getFileName()));
        var builder = new ProcessBuilder(root.resolve("llamero").toString(), "up");
        builder.environment().put("LLAMERO_MODELS", models.toString());
        builder.environment().put("LLAMERO_CONFIG", settings.toString());
        builder.environment().put("OLLAMA_MODELS", folder.resolve("store").toString());
        builder.environment()
                .put("LLAMERO_CACHE_DIRECTORY", folder.resolve("cache").toString());
        // The jars are those of this build: a build inside a build would wait for itself.
        builder.environment().put("LLAMERO_SUPERVISED", "1");
        List.of("OLLAMA_HOST", "CLAWDBOT_PORT", "CLAWDBOT_MODEL_ENDPOINT")
                .forEach(builder.environment().keySet()::remove);
        process = builder.redirectErrorStream(true).start();
        Thread.ofVirtual().start(this::read);
        if (!ready.await(READY_WAIT.toSeconds(), TimeUnit.SECONDS) || !process.isAlive()) {
            close();
            throw new IllegalStateException("not ready:\n" + String.join("\n", output));
        }
    }

    /** Starts the chain; skips the test where the jars were not built. */
    static RunningChain start(Path model, Path folder) throws IOException, InterruptedException {
        Path root = root();
        for (String module : List.of("inference", "proxy", "gateway")) {
            assumeTrue(
                    Files.isDirectory(root.resolve(module).resolve("target/lib")),
                    () -> "whole chain skipped: " + module + " is not packaged; mvn verify does that");
        }
        return new RunningChain(root, model, folder);
    }

    static Path root() {
        return Path.of("").toAbsolutePath().getParent();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                if (line.startsWith("Ready after")) {
                    ready.countDown();
                }
            }
        } catch (IOException e) {
            output.add("output broke off: " + e.getMessage());
        }
        ready.countDown();
    }

    String inference() {
        return "http://127.0.0.1:" + inferencePort;
    }

    String proxy() {
        return "http://127.0.0.1:" + proxyPort;
    }

    String gateway() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    /** What the launcher and the layers have printed so far. */
    List<String> output() {
        return new ArrayList<>(output);
    }

    /** The running server of a main class. */
    ProcessHandle server(String mainClass) {
        return servers()
                .filter(each -> commandLine(each).contains(mainClass))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + mainClass + " runs"));
    }

    private Stream<ProcessHandle> servers() {
        return process.descendants();
    }

    private static String commandLine(ProcessHandle handle) {
        try {
            // ProcessHandle leaves long command lines out; the kernel does not.
            return Files.readString(Path.of("/proc/" + handle.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** Asks the launcher to stop as Ctrl-C does, and gives the servers that were running. */
    List<ProcessHandle> interrupt() throws InterruptedException {
        List<ProcessHandle> running = servers().toList();
        process.destroy();
        process.waitFor(END_WAIT.toSeconds(), TimeUnit.SECONDS);
        return running;
    }

    @Override
    public void close() {
        try {
            List<ProcessHandle> left = interrupt();
            left.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
