package dev.llamero.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server as a process, and its wiring inside this one. */
@Tag("server")
@Timeout(120)
class InferenceServerTest {
    @TempDir
    Path folder;

    private Settings settings(String... arguments) {
        return Settings.read(List.of(arguments), Map.of(), folder.resolve("none.yaml"), folder.resolve("none.json"));
    }

    @Test
    void aStartedServerAnswersAndAStoppedOneDoesNot() throws Exception {
        var settings = settings("--port", "0", "--model", folder.toString());
        var server = InferenceServer.start(settings, settings.engines());
        assertThat(get(server.address() + "/")).isEqualTo("Ollama is running");
        assertThat(get(server.address() + "/api/tags")).isEqualTo("{\"models\":[]}");
        int port = server.port();
        server.close();
        server.close();
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    @Test
    void aTakenPortEndsTheProcessWithOneSentence() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = launch("--port", Integer.toString(taken.getLocalPort()), "--model", folder.toString());
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(output)
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": the address is taken");
        }
    }

    @Test
    void anUnknownFlagEndsTheProcessWithTheNearestOne() throws Exception {
        Process process = launch("--num-contex", "5");
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(output).contains("unknown flag --num-contex; did you mean --num-ctx?");
    }

    @Test
    void aSignalEndsTheProcess() throws Exception {
        Process process = launch("--port", "0", "--model", folder.toString());
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.contains("ready at http://127.0.0.1:")) {
                line = lines.readLine();
            }
            assertThat(line).isNotNull();
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void partsAreClosedInOrderOnceAndAFailureKeepsNoneOpen() {
        var closed = new ArrayList<String>();
        var shutdown = new Shutdown();
        shutdown.then("models", () -> closed.add("models"));
        shutdown.then("broken", () -> {
            throw new IOException("no");
        });
        shutdown.then("tokenizing", () -> closed.add("tokenizing"));
        shutdown.first("listener", () -> closed.add("listener"));
        shutdown.close();
        shutdown.close();
        assertThat(closed).containsExactly("listener", "models", "tokenizing");
    }

    private Process launch(String... arguments) throws IOException {
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                InferenceServer.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("OLLAMA_") || name.startsWith("LLAMERO_"));
        builder.environment()
                .put("HOME", Files.createTempDirectory(folder, "home").toString());
        // The class path of a test run has relative parts, which mean this folder.
        String absolute = String.join(
                java.io.File.pathSeparator,
                java.util.Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                        .map(part -> Path.of(part).toAbsolutePath().toString())
                        .toList());
        command.set(3, absolute);
        return builder.command(command).start();
    }

    private static String get(String address) throws IOException {
        var connection = (HttpURLConnection) URI.create(address).toURL().openConnection();
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
