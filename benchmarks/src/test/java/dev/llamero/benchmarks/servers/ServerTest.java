package dev.llamero.benchmarks.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers as processes: the JDK's own file server answers 200 to what is in its folder. */
class ServerTest {
    private static final Path JDK = Path.of(System.getProperty("java.home"), "bin");
    private static final Setup SETUP = new Setup(Setup.ModelRole.MAIN, 4, 8192, false, false);

    @TempDir
    Path folder;

    @Test
    void startsAgainOnItsDataAndLeavesNoProcess() throws IOException, InterruptedException {
        java.nio.file.Files.createDirectories(folder.resolve("data/v1"));
        ProcessHandle first;
        try (Server server = open(
                List.of(JDK.resolve("jwebserver").toString(), "-p", "{port}", "-b", "127.0.0.1", "-d", "{data}"))) {
            first = server.process().orElseThrow().toHandle();
            java.nio.file.Files.writeString(folder.resolve("data/v1/models"), "kept");
            assertThat(PlainHttp.get(server.target(), "/v1/models").body()).isEqualTo("kept");
            assertThat(server.tree().orElseThrow().residentBytes()).isGreaterThan(1 << 20);
            assertThat(server.tree().orElseThrow().cpuSeconds()).isPositive();
            assertThat(server.tree().orElseThrow().threads()).isPositive();
            server.restart();
            assertThat(first.isAlive()).isFalse();
            assertThat(PlainHttp.get(server.target(), "/v1/models").body()).isEqualTo("kept");
            first = server.process().orElseThrow().toHandle();
        }
        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void aServerThatEndsAtOnceIsReportedWithItsWords() {
        assertThatThrownBy(() -> open(List.of(JDK.resolve("java").toString(), "--no-such-flag")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("s ended with exit code 1 before it was ready")
                .hasMessageContaining("no-such-flag");
        assertThatThrownBy(() -> open(List.of("/no/such/program")))
                .hasMessageContaining("s could not be started")
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void aServerThatLoadsAtStartIsReadyOnceItsModelIsThere() throws Exception {
        Path api = java.nio.file.Files.createDirectories(folder.resolve("data/api"));
        java.nio.file.Files.writeString(api.resolve("version"), "{}");
        java.nio.file.Files.writeString(api.resolve("ps"), "{\"models\":[]}");
        var command = List.of(JDK.resolve("jwebserver").toString(), "-p", "{port}", "-b", "127.0.0.1", "-d", "{data}");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var opening = threads.submit(() -> open(command, ServerKind.OLLAMA, ServerSpec.ModelSupply.AT_START));
            Path log = folder.resolve("log");
            while (!java.nio.file.Files.exists(log)
                    || !java.nio.file.Files.readString(log).contains("/api/ps")) {
                Thread.sleep(5);
            }
            assertThat(opening.isDone()).isFalse();
            Path full = java.nio.file.Files.writeString(folder.resolve("full"), "{\"models\":[{}]}");
            java.nio.file.Files.move(full, api.resolve("ps"), StandardCopyOption.ATOMIC_MOVE);
            opening.get().close();
        }
    }

    private Server open(List<String> command) throws IOException, InterruptedException {
        return open(command, ServerKind.OPENAI, ServerSpec.ModelSupply.ITS_OWN);
    }

    private Server open(List<String> command, ServerKind kind, ServerSpec.ModelSupply supply)
            throws IOException, InterruptedException {
        // The file of models must be there for the readiness check.
        java.nio.file.Files.createDirectories(folder.resolve("data/v1"));
        java.nio.file.Files.writeString(folder.resolve("data/v1/models"), "");
        var spec = new ServerSpec("s", kind, Optional.empty(), "m", command, Map.of(), Optional.empty(), supply, "");
        return Server.open(spec, SETUP, folder.resolve("m.gguf"), folder.resolve("data"), folder.resolve("log"));
    }
}
