package dev.llamero.clients;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Inference with the built-in model and a proxy in front of it, each in a process of its own with the jars and
 * libraries that are shipped. Started once, by the first test that asks for them as a parameter, and stopped after the
 * last.
 */
final class LiveServers implements AutoCloseable {
    static final String MODEL = "tiny-qwen3";
    private static final String EMBEDDER = "all-minilm-l6-v2-f16";
    private static final Duration READY_WAIT = Duration.ofMinutes(5);
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final boolean embeds;
    private String inference;
    private String proxy;

    private LiveServers() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "live");
        Path models = Files.createDirectory(folder.resolve("models"));
        Files.createSymbolicLink(models.resolve(MODEL + ".gguf"), gguf());
        Path embedder = ROOT.resolve("../shared/models/" + EMBEDDER + ".gguf").normalize();
        embeds = Files.isRegularFile(embedder);
        if (embeds) {
            Files.createSymbolicLink(models.resolve(EMBEDDER + ".gguf"), embedder);
        }
    }

    /** The test's parameter of this type. */
    static final class Started implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == LiveServers.class;
        }

        @Override
        public LiveServers resolveParameter(ParameterContext parameter, ExtensionContext context) {
            for (String module : List.of("inference", "proxy")) {
                assumeTrue(
                        Files.isDirectory(ROOT.resolve(module).resolve("target/lib")),
                        () -> "clients skipped: " + module + " is not packaged; mvn verify does that");
            }
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .getOrComputeIfAbsent(LiveServers.class, key -> start(), LiveServers.class);
        }
    }

    private static LiveServers start() {
        try {
            var servers = new LiveServers();
            try {
                servers.startInference();
                servers.startProxy();
                return servers;
            } catch (IOException | InterruptedException | RuntimeException e) {
                servers.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IllegalStateException("servers do not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the servers start", e);
        }
    }

    private void startInference() throws IOException, InterruptedException {
        int port = freePort();
        inference = "http://127.0.0.1:" + port;
        run(
                "inference",
                "dev.llamero.inference.InferenceServer",
                inference + "/api/version",
                List.of(
                        "--models",
                        folder.resolve("models").toString(),
                        "--ollama-models",
                        folder.resolve("store").toString(),
                        "--num-ctx",
                        "1024",
                        "--num-thread",
                        "1",
                        "--port",
                        Integer.toString(port)));
    }

    private void startProxy() throws IOException, InterruptedException {
        int port = freePort();
        proxy = "http://127.0.0.1:" + port;
        run(
                "proxy",
                "dev.llamero.proxy.ProxyServer",
                proxy + "/v1/models",
                List.of("--upstream", inference, "--admin-port", "off", "--port", Integer.toString(port)));
    }

    private void run(String module, String main, String readyAddress, List<String> arguments)
            throws IOException, InterruptedException {
        Path target = ROOT.resolve(module).resolve("target");
        Path jar;
        try (var jars = Files.newDirectoryStream(target, "llamero-*.jar")) {
            jar = jars.iterator().next();
        }
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-Dllamero.root=" + ROOT,
                "-cp",
                jar + ":" + target.resolve("lib/*"),
                main));
        command.addAll(arguments);
        Path log = folder.resolve(module + ".log");
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("OLLAMA_") || name.startsWith("LLAMERO_"));
        builder.environment().put("HOME", folder.toString());
        Process process = builder.redirectOutput(log.toFile()).start();
        processes.add(process);
        awaitReady(process, readyAddress, log);
    }

    private static void awaitReady(Process process, String address, Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + READY_WAIT.toNanos();
        while (!answers(address)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException("not ready: " + address + "\n" + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean answers(String address) throws InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static Path gguf() {
        return ROOT.resolve("models/tiny-qwen3/tiny-qwen3.gguf");
    }

    String inference() {
        return inference;
    }

    String proxy() {
        return proxy;
    }

    /** The embedding model's name; skips the test where its file is not at hand. */
    String embedder() {
        assumeTrue(embeds, "embeddings skipped: no ../shared/models/" + EMBEDDER + ".gguf");
        return EMBEDDER;
    }

    /** What scripts are told. */
    Map<String, String> environment() {
        var environment = new HashMap<>(Map.of(
                "LLAMERO_INFERENCE", inference,
                "LLAMERO_PROXY", proxy,
                "LLAMERO_GGUF", gguf().toString()));
        if (embeds) {
            environment.put("LLAMERO_EMBEDDER", EMBEDDER);
        }
        return environment;
    }

    @Override
    public void close() {
        processes.reversed().forEach(Process::destroy);
        for (Process process : processes) {
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
