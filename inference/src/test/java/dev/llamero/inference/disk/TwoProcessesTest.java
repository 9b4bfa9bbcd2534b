package dev.llamero.inference.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers over one folder: neither touches what the other has open. */
@Timeout(120)
class TwoProcessesTest {
    private static final String SALT = BlockHeader.sha256("");
    private static final long FILE_BYTES = 1000 + 120 + 4;

    @TempDir
    Path root;

    private Process other;

    private static DiskCache cache(Path root, long bytesMax) {
        return new DiskCache(root, OptionalLong.of(bytesMax));
    }

    private static long write(BlockFolder folder, int token) throws IOException {
        return folder.write(SALT, "", 0, new int[] {token}, ByteBuffer.allocate(1000));
    }

    /** The other process: opens a model's folder, writes a file, says what came of it, and stays until it is told. */
    public static void main(String[] arguments) throws IOException {
        try (BlockFolder folder = cache(Path.of(arguments[0]), 1 << 20).open("theirs", "kind")) {
            System.out.println("wrote " + write(folder, 1));
            System.out.flush();
            if (System.in.read() < 0) {
                return;
            }
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }

    private String start() throws IOException {
        other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TwoProcessesTest.class.getName(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return other.inputReader(StandardCharsets.UTF_8).readLine();
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (other != null) {
            other.destroyForcibly();
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatTheOtherHasOpenIsNeitherOpenedNorTrimmedNorCleared() throws Exception {
        assertThat(start()).isEqualTo("wrote " + FILE_BYTES);
        DiskCache ours = cache(root, 2 * FILE_BYTES);
        assertThatThrownBy(() -> ours.open("theirs", "kind")).hasMessageContaining("another process uses");
        try (BlockFolder folder = ours.open("ours", "kind")) {
            assertThat(write(folder, 1)).isEqualTo(FILE_BYTES);
            assertThat(write(folder, 2)).as("no room but theirs").isZero();
            assertThat(ours.clear("")).isZero();
            assertThat(ours.kept()).as("it is listed all the same").hasSize(1);

            stop();
            assertThat(write(folder, 2)).as("a killed process has nothing open").isEqualTo(FILE_BYTES);
            assertThat(ours.kept()).isEmpty();
        }
    }

    /** POSIX gives a lock up when any channel of its file is closed: the second try must not open one. */
    @Test
    void aSecondTryInOneProcessDoesNotLoseTheLock() throws Exception {
        DiskCache ours = cache(root, 1 << 20);
        try (BlockFolder folder = ours.open("theirs", "kind")) {
            assertThatThrownBy(() -> ours.open("theirs", "kind")).hasMessageContaining("already uses");
            assertThat(cache(root, 1 << 20).clear("")).isZero();
            assertThat(start()).startsWith("another process uses " + folder.folder());
        }
    }
}
