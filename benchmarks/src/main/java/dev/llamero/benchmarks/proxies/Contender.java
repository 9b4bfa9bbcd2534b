package dev.llamero.benchmarks.proxies;

import dev.llamero.benchmarks.servers.PortOwner;
import dev.llamero.benchmarks.servers.ProcessTree;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One way to the model server: the direct one, or a proxy. What was started here is ended by its process when closed.
 * Owned by one thread.
 */
final class Contender implements AutoCloseable {
    private static final Duration READY_WAIT = Duration.ofSeconds(60);
    private static final Duration END_WAIT = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 5;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Plan plan;
    private final int port;
    private final Optional<Process> process;
    private final Optional<ProcessTree> tree;
    private double startMillis = Double.NaN;

    /**
     * How to get one.
     *
     * @param command with {@code {port}} and {@code {upstream}} filled in later; empty for what runs already
     * @param port where it runs already; 0 to take a free one for the command
     * @param key that it wants from callers, or empty
     * @param environment of the command
     */
    record Plan(String name, List<String> command, int port, String key, Map<String, String> environment) {}

    private Contender(Plan plan, int port, Optional<Process> process) {
        this.plan = plan;
        this.port = port;
        this.process = process;
        this.tree = process.map(Process::toHandle)
                .map(ProcessTree::new)
                .or(() -> PortOwner.of(port).map(ProcessTree::new));
    }

    /**
     * Starts it and waits for its first answer of a chat.
     *
     * @param folder of its log and whatever it writes
     * @throws IOException if it does not answer; names its log
     */
    static Contender open(Plan plan, int upstreamPort, Path folder) throws IOException, InterruptedException {
        long began = System.nanoTime();
        int port = plan.port() == 0 ? freePort() : plan.port();
        Optional<Process> process = plan.command().isEmpty()
                ? Optional.empty()
                : Optional.of(start(plan, port, upstreamPort, Files.createDirectories(folder)));
        var contender = new Contender(plan, port, process);
        try {
            contender.awaitAnswer(began, folder);
            return contender;
        } catch (IOException | InterruptedException e) {
            contender.close();
            throw e;
        }
    }

    private static Process start(Plan plan, int port, int upstreamPort, Path folder) throws IOException {
        List<String> command = plan.command().stream()
                .map(word -> word.replace("{port}", String.valueOf(port))
                        .replace("{upstream}", "http://127.0.0.1:" + upstreamPort))
                .toList();
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.redirectOutput(folder.resolve("log").toFile());
        builder.redirectInput(new File("/dev/null"));
        builder.environment().putAll(plan.environment());
        return builder.start();
    }

    private void awaitAnswer(long began, Path folder) throws IOException, InterruptedException {
        byte[] request = Requests.chat(plan.key(), false);
        String last = "";
        while (System.nanoTime() - began < READY_WAIT.toNanos()) {
            if (process.isPresent() && !process.get().isAlive()) {
                throw new IOException(plan.name() + " ended before it answered; see " + folder.resolve("log"));
            }
            try (var connection = new LoadConnection(port)) {
                int status = connection.exchange(request);
                if (status == 200) {
                    startMillis = (System.nanoTime() - began) / NANOS_PER_MILLI;
                    return;
                }
                last = "status " + status;
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException(plan.name() + " does not answer a chat on port " + port + ": " + last);
    }

    String name() {
        return plan.name();
    }

    int port() {
        return port;
    }

    /** A chat for it, with its key. */
    byte[] request(boolean stream) {
        return Requests.chat(plan.key(), stream);
    }

    /** Milliseconds from the start of its process to its first answer; NaN if it was not started here. */
    double startMillis() {
        return process.isPresent() ? startMillis : Double.NaN;
    }

    /** Its processes, if it has some of its own. */
    Optional<ProcessTree> tree() {
        return tree;
    }

    @Override
    public void close() {
        if (process.isEmpty()) {
            return;
        }
        Process running = process.get();
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
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The requests of the load. */
    private static final class Requests {
        private static final String QUESTION = "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"Say something about llamas, please.\"}]";

        private Requests() {}

        static byte[] chat(String key, boolean stream) {
            String body = "{\"model\":\"" + InstantAnswers.MODEL + "\",\"stream\":" + stream + "," + QUESTION + "}";
            String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + (key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n")
                    + "Content-Length: " + body.length() + "\r\n\r\n";
            return (head + body).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        }
    }
}
