package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells of one model must never be taken for another's: what tells their files apart. */
class WeightsIdentityTest {
    private static final FileTime TIME = FileTime.fromMillis(1_700_000_000_000L);

    @TempDir
    Path folder;

    private byte[] toy;
    private String identity;

    @BeforeEach
    void write() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        toy = Files.readAllBytes(folder.resolve("toy.gguf"));
        identity = of("a.gguf", toy);
    }

    private String of(String name, byte[] content) throws IOException {
        Path path = Files.write(folder.resolve(name), content);
        Files.setLastModifiedTime(path, TIME);
        return WeightsIdentity.of(path);
    }

    private static int end(byte[] file, String key) {
        byte[] wanted = key.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + wanted.length < file.length; i++) {
            if (Arrays.equals(file, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i + wanted.length;
            }
        }
        throw new IllegalStateException("no " + key);
    }

    @Test
    void aCopyIsTheSameModel() throws IOException {
        assertThat(of("b.gguf", toy)).isEqualTo(identity);
    }

    /** The same weights with another rotation compute other keys. */
    @Test
    void anotherRopeBaseIsAnotherModel() throws IOException {
        byte[] other = toy.clone();
        // Behind the key come four bytes of its type and four of a little-endian float.
        other[end(other, "qwen3.rope.freq_base") + 4 + 2] ^= 0x10;
        assertThat(of("b.gguf", other)).isNotEqualTo(identity);
    }

    @Test
    void otherLengthTimeOrEndIsAnotherModel() throws IOException {
        assertThat(of("b.gguf", Arrays.copyOf(toy, toy.length + 1))).isNotEqualTo(identity);
        byte[] end = toy.clone();
        end[end.length - 1] ^= 1;
        assertThat(of("c.gguf", end)).isNotEqualTo(identity);
        Path later = Files.write(folder.resolve("d.gguf"), toy);
        Files.setLastModifiedTime(later, FileTime.fromMillis(TIME.toMillis() + 1000));
        assertThat(WeightsIdentity.of(later)).isNotEqualTo(identity);
    }

    @Test
    void aStoresFileIsCalledByItsDigest() throws IOException {
        String digest = "0123456789abcdef".repeat(4);
        assertThat(of("sha256-" + digest, toy)).isEqualTo(digest);
    }
}
