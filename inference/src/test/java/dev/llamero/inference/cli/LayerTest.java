package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The supervisor of one child process, tried with shell scripts in the server's place. */
class LayerTest {
    private static final Duration WAIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Layer layer;

    @AfterEach
    void stop() {
        layer.stop();
    }

    @Test
    void readyLineGivesTheAddressAndOutputIsPrefixed() throws Exception {
        layer = layer("echo 'INFO ready at http://127.0.0.1:1234, admin at 1235'; sleep 60");
        layer.start();
        assertThat(layer.awaitReady(WAIT)).isTrue();
        assertThat(layer.address()).isEqualTo("http://127.0.0.1:1234");
        assertThat(printed()).contains("test      | INFO ready at http://127.0.0.1:1234, admin at 1235");
    }

    @Test
    void killedProcessIsStartedAgainAndSaysSo() throws Exception {
        Path pid = folder.resolve("pid");
        layer = layer("echo $$ > " + pid + "; echo 'ready at http://127.0.0.1:1234'; exec sleep 60");
        var again = new CountDownLatch(1);
        layer.onReadyAgain(again::countDown);
        layer.start();
        assertThat(layer.awaitReady(WAIT)).isTrue();
        long first = Long.parseLong(Files.readString(pid).strip());
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        assertThat(again.await(WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(Long.parseLong(Files.readString(pid).strip())).isNotEqualTo(first);
        assertThat(printed()).contains("ended with signal 9; starting it again");
    }

    @Test
    void layerThatNeverBecomesReadyGivesUp() throws Exception {
        layer = layer("echo 'port 80 is taken'; exit 1");
        layer.start();
        assertThat(layer.awaitReady(WAIT)).isFalse();
        assertThat(printed()).contains("port 80 is taken").contains("exit code 1");
    }

    @Test
    void stopEndsTheProcessAndDoesNotRestart() throws Exception {
        Path starts = folder.resolve("starts");
        layer = layer("echo x >> " + starts + "; echo 'ready at http://127.0.0.1:1234'; exec sleep 60");
        layer.start();
        assertThat(layer.awaitReady(WAIT)).isTrue();
        layer.stop();
        assertThat(Files.readAllLines(starts)).hasSize(1);
        assertThat(printed()).doesNotContain("starting it again");
    }

    private Layer layer(String script) throws IOException {
        Path file = Files.writeString(folder.resolve("server.sh"), script + "\n");
        return new Layer(
                "test",
                List.of("bash", file.toString()),
                Map.of(),
                new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        return output.toString(StandardCharsets.UTF_8);
    }
}
