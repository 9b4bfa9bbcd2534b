package dev.llamero.benchmarks.servers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server that runs, either found or started by us; what we started we end, by its process, when closed. Owned by one
 * thread, but the process tree may be asked from any.
 */
public final class Server implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration READY_WAIT = Duration.ofMinutes(2);
    private static final Duration END_WAIT = Duration.ofSeconds(60);

    private final ServerSpec spec;
    private final Setup setup;
    private final Path modelFile;
    private final Path data;
    private final Path log;
    private volatile Process process;
    private volatile ProcessTree tree;
    private Target target;

    private Server(ServerSpec spec, Setup setup, Path modelFile, Path data, Path log) {
        this.spec = spec;
        this.setup = setup;
        this.modelFile = modelFile;
        this.data = data;
        this.log = log;
    }

    /**
     * Starts a server, or finds the one that runs, and waits until it takes requests.
     *
     * @param modelFile the GGUF file of the setup's role, null if the server runs already
     * @param data a folder for what the server stores; kept over a restart
     * @param log where its output is appended
     * @throws IOException if it does not start; the message has the end of its output
     */
    public static Server open(ServerSpec spec, Setup setup, Path modelFile, Path data, Path log)
            throws IOException, InterruptedException {
        var server = new Server(spec, setup, modelFile, data, log);
        try {
            server.start();
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void start() throws IOException, InterruptedException {
        if (!spec.startable()) {
            target = new Target(spec.name(), spec.kind(), spec.address().orElseThrow(), spec.model(), key());
            awaitReady();
            tree = PortOwner.of(target.port()).map(ProcessTree::new).orElse(null);
            return;
        }
        int port = freePort();
        Map<String, String> values = setup.values(modelFile, port, data);
        String model = spec.model().isEmpty() ? "{model_name}" : spec.model();
        target = new Target(
                spec.name(), spec.kind(), URI.create("http://127.0.0.1:" + port), Setup.fill(model, values), key());
        process = launch(values);
        tree = new ProcessTree(process.toHandle());
        awaitReady();
        if (spec.supply() == ServerSpec.ModelSupply.CREATED) {
            ModelUpload.ensure(target, modelFile);
        }
    }

    private Process launch(Map<String, String> values) throws IOException {
        Files.createDirectories(data);
        var command = new ArrayList<>(spec.command());
        if (setup.limited()) {
            command.addAll(spec.limited().orElseThrow().arguments());
        }
        command.replaceAll(text -> Setup.fill(text, values));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        // Settings of the shell that the harness runs in are not those under test.
        builder.environment().keySet().removeIf(name -> name.startsWith("OLLAMA_") || name.startsWith("CLAWDBOT_"));
        spec.environment().forEach((name, value) -> builder.environment().put(name, Setup.fill(value, values)));
        if (setup.limited()) {
            spec.limited()
                    .orElseThrow()
                    .environment()
                    .forEach((name, value) -> builder.environment().put(name, Setup.fill(value, values)));
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new IOException(spec.name() + " could not be started: " + e.getMessage(), e);
        }
    }

    private String key() {
        if (spec.keyVariable().isEmpty()) {
            return "";
        }
        return Optional.ofNullable(System.getenv(spec.keyVariable()))
                .orElseThrow(() -> new IllegalArgumentException(spec.name() + " wants its API key in the environment"
                        + " variable " + spec.keyVariable() + ", which is not set"));
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + (spec.startable() ? READY_WAIT.toNanos() : 0);
        String last = "";
        do {
            if (process != null && !process.isAlive()) {
                throw new IOException(spec.name() + " ended with exit code " + process.exitValue()
                        + " before it was ready; the end of " + log + ":\n" + logTail());
            }
            try {
                var reply = PlainHttp.get(target, spec.kind().readyPath());
                if (reply.status() == 200 && modelIsThere()) {
                    return;
                }
                last = reply.status() == 200 ? "no model loaded yet" : "status " + reply.status();
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(spec.startable() ? 20 : 0);
        } while (System.nanoTime() < deadline);
        String where = target.address() + spec.kind().readyPath();
        throw new IOException(spec.name() + " does not answer at " + where + " (" + last + "). "
                + (spec.startable()
                        ? "The end of " + log + ":\n" + logTail()
                        : "Start it first, or name its command."));
    }

    /** Whoever says that it loads its model by itself is not asked before; llama-server's /health waits likewise. */
    private boolean modelIsThere() throws IOException, InterruptedException {
        return spec.supply() != ServerSpec.ModelSupply.AT_START
                || !JSON.readTree(PlainHttp.get(target, "/api/ps").body())
                        .path("models")
                        .isEmpty();
    }

    private String logTail() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
    }

    /** Ends the server as its service manager would, and starts it again with the same data. */
    public void restart() throws IOException, InterruptedException {
        if (!spec.startable()) {
            throw new IllegalStateException(spec.name() + " was not started here");
        }
        close();
        start();
    }

    /** Where it answers now; another port after a restart. */
    public Target target() {
        return target;
    }

    /** Its processes, if they are known. */
    public Optional<ProcessTree> tree() {
        return Optional.ofNullable(tree);
    }

    /** The main process, if it was started here. */
    public Optional<Process> process() {
        return Optional.ofNullable(process);
    }

    /** Ends what was started here, children included; asks first, and insists after a minute. */
    @Override
    public void close() {
        Process running = process;
        if (running == null) {
            return;
        }
        List<ProcessHandle> children = running.descendants().toList();
        running.destroy();
        try {
            if (!running.waitFor(END_WAIT.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        process = null;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
