package dev.llamero.inference.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it writes leaves whole files or none. */
@Timeout(120)
class KilledWriterTest {
    private static final String SALT = BlockHeader.sha256("");
    private static final int BYTES = 300_000;
    private static final int KILLS = 5;

    @TempDir
    Path root;

    private static DiskCache cache(Path root) {
        return new DiskCache(root, OptionalLong.of(1L << 30));
    }

    private static ByteBuffer cells(int token) {
        byte[] bytes = new byte[BYTES];
        new Random(token).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    /** The process: writes blocks until it is killed, some of them again and again. */
    public static void main(String[] arguments) throws IOException {
        try (BlockFolder folder = cache(Path.of(arguments[0])).open("toy", "kind")) {
            for (int i = 0; ; i++) {
                int token = i % 40;
                folder.write(SALT, "", 0, new int[] {token}, cells(token));
                System.out.write('.');
                System.out.flush();
            }
        }
    }

    @Test
    void everyFileThatIsThereIsWhole() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledWriterTest.class.getName(),
                            root.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                assertThat(writer.getInputStream().readNBytes(10 + 7 * kill)).isNotEmpty();
            } finally {
                writer.destroyForcibly();
                assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            check();
        }
    }

    private void check() throws IOException {
        try (BlockFolder folder = cache(root).open("toy", "kind")) {
            List<BlockFolder.Entry> found = folder.scan();
            assertThat(found).isNotEmpty();
            for (BlockFolder.Entry entry : found) {
                ByteBuffer into = ByteBuffer.allocate(BYTES);
                assertThat(folder.read(entry.header().name(), entry.header().tokens(), into))
                        .isTrue();
                assertThat(into).isEqualTo(cells(entry.header().tokens()[0]));
            }
            assertThat(folder.setAside()).isZero();
            assertThat(root.toFile().listFiles()[0].list()).noneMatch(name -> name.endsWith(".tmp"));
        }
    }
}
