package dev.llamero.inference.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * One server as a child process: its output is passed on line by line under its name, and it is started again when it
 * dies.
 *
 * <p>A thread of its own reads the output and waits for the end; the other methods may be called from any thread. A
 * server says that it serves by logging {@code ready at ADDRESS}.
 */
final class Layer {
    private static final Pattern READY = Pattern.compile("ready at (https?://[^\\s,]+)");
    private static final Duration BACKOFF_MIN = Duration.ofMillis(500);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(15);
    /** A layer that lived this long starts over with the shortest wait. */
    private static final Duration HEALTHY_AFTER = Duration.ofSeconds(30);

    /** Answers may run out, and the JVM writes its class-data archive at the end. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(30);
    /** A first start that fails this often will not succeed by itself. */
    private static final int FIRST_STARTS_MAX = 2;

    private final String name;
    private final List<String> commandLine;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final CountDownLatch firstReady = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile Process process;
    private volatile String address = "";
    private volatile Duration readyAfter = Duration.ZERO;
    private volatile Runnable readyAgain = () -> {};

    /** A layer that is not started yet. */
    Layer(String name, List<String> commandLine, Map<String, String> environment, PrintStream out) {
        this.name = name;
        this.commandLine = List.copyOf(commandLine);
        this.environment = Map.copyOf(environment);
        this.out = out;
    }

    String name() {
        return name;
    }

    /** Where it serves; empty before it was ready once. */
    String address() {
        return address;
    }

    /** How long the last start took. */
    Duration readyAfter() {
        return readyAfter;
    }

    /** What to do each time the layer is ready after it died. */
    void onReadyAgain(Runnable action) {
        readyAgain = action;
    }

    void start() {
        Thread.ofPlatform().name("layer-" + name).start(this::supervise);
    }

    /** Waits until the layer was ready for the first time; false if it failed or the time is over. */
    boolean awaitReady(Duration limit) throws InterruptedException {
        return firstReady.await(limit.toMillis(), TimeUnit.MILLISECONDS) && !address.isEmpty();
    }

    void stopRestarting() {
        stopping = true;
    }

    /** Asks the process to end, and kills it when it does not. */
    void stop() {
        stopping = true;
        Process running = process;
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                tell("did not end within " + STOP_WAIT.toSeconds() + " s and is killed");
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void supervise() {
        Duration backoff = BACKOFF_MIN;
        int starts = 0;
        while (!stopping) {
            long started = System.nanoTime();
            int code = runOnce(started);
            starts++;
            if (stopping) {
                return;
            }
            if (address.isEmpty() && starts >= FIRST_STARTS_MAX) {
                firstReady.countDown();
                return;
            }
            if (System.nanoTime() - started > HEALTHY_AFTER.toNanos()) {
                backoff = BACKOFF_MIN;
            }
            tell("ended with " + ending(code) + "; starting it again in " + backoff.toMillis() + " ms");
            pause(backoff);
            backoff = backoff.multipliedBy(2).compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : backoff.multipliedBy(2);
        }
    }

    private int runOnce(long started) {
        try {
            var builder = new ProcessBuilder(new ArrayList<>(commandLine)).redirectErrorStream(true);
            builder.environment().putAll(environment);
            builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
            process = builder.start();
            if (stopping) {
                process.destroy();
            }
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    tell(line);
                    noteReady(line, started);
                }
            }
            return process.waitFor();
        } catch (IOException e) {
            tell("cannot be started: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void noteReady(String line, long started) {
        var matcher = READY.matcher(line);
        if (!matcher.find()) {
            return;
        }
        boolean again = !address.isEmpty();
        address = matcher.group(1);
        readyAfter = Duration.ofNanos(System.nanoTime() - started);
        firstReady.countDown();
        if (again) {
            // Loading a model takes long, and this thread must go on reading the output.
            Thread.ofVirtual().name("ready-again-" + name).start(readyAgain);
        }
    }

    private static String ending(int code) {
        return code > 128 ? "signal " + (code - 128) : "exit code " + code;
    }

    private void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String line) {
        out.println("%-9s | %s".formatted(name, line));
    }
}
