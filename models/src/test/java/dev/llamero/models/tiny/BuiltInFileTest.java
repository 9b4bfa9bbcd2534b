package dev.llamero.models.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The committed file of the built-in model is the one that its README describes. */
class BuiltInFileTest {
    private static final Path FOLDER = Path.of("tiny-qwen3");
    private static final Path MODEL = FOLDER.resolve("tiny-qwen3.gguf");
    private static final long BYTES_MAX = 12_000_000;

    @Test
    void hasTheRecordedChecksum() throws IOException, NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(MODEL));
        assertThat(Files.readString(FOLDER.resolve("tiny-qwen3.gguf.sha256")))
                .isEqualTo(HexFormat.of().formatHex(digest) + "  tiny-qwen3.gguf\n");
    }

    @Test
    void isSmallAndOfTheArchitectureOfQwen3() throws IOException {
        assertThat(Files.size(MODEL)).isLessThan(BYTES_MAX);
        GgufFile file = GgufFile.read(MODEL);
        assertThat(file.architecture()).isEqualTo("qwen3");
        assertThat(file.parameterCount()).isBetween(3_000_000L, 5_000_000L);
    }

    @Test
    void carriesTheTemplateOfTheRecipe() throws IOException {
        assertThat(GgufFile.read(MODEL).chatTemplate())
                .contains(Files.readString(FOLDER.resolve("chat_template.jinja")));
    }
}
