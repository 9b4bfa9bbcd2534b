package dev.llamero.models.modelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random Modelfiles: each is read or refused in words, quickly, and what was read is written so that it reads as the
 * same. {@code -Dfuzz.modelfiles=1000000} runs as many, {@code -Dfuzz.seed=N} others.
 */
@Timeout(600)
class ModelfileFuzzTest {
    private static final int COUNT = Integer.getInteger("fuzz.modelfiles", 5_000);
    private static final long SEED = Long.getLong("fuzz.seed", 20_261_125L);
    private static final List<String> PIECES = List.of(
            "FROM ",
            "from x\n",
            "PARAMETER ",
            "parameter stop ",
            "TEMPLATE ",
            "SYSTEM ",
            "MESSAGE ",
            "MESSAGE user ",
            "LICENSE ",
            "ADAPTER ",
            "REQUIRES ",
            "\"",
            "\"\"\"",
            "\n",
            "\r\n",
            " ",
            "\t",
            "#",
            "# c\n",
            "x",
            "ü",
            "\u200d",
            "\u00a0",
            "😀",
            "\u0000",
            "{{ .Prompt }}",
            "a: b",
            "-",
            "1.5",
            "\\");

    @Test
    void everyFileIsReadOrRefusedInWords() {
        var random = new Random(SEED);
        int read = 0;
        for (int i = 0; i < COUNT; i++) {
            byte[] bytes = file(random);
            try {
                Modelfile file = Modelfile.parse(bytes);
                assertThat(file.commands()).isNotEmpty();
                assertWritten(file);
                read++;
            } catch (ModelfileException e) {
                assertThat(e.getMessage())
                        .as("file %d of seed %d", i, SEED)
                        .matches("(?s)(\\(line \\d+\\): .*must be one of.*|unexpected EOF.*|no FROM line)");
            }
        }
        assertThat(read).as("files that could be read, seed %d", SEED).isGreaterThan(COUNT / 100);
    }

    private static byte[] file(Random random) {
        var text = new StringBuilder(random.nextInt(4) == 0 ? "" : "FROM x\n");
        int pieces = random.nextInt(40);
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i > 1 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /** Values without quotes of their own survive; others may not, since the format cannot escape them. */
    private static void assertWritten(Modelfile file) {
        boolean plain = file.commands().stream()
                .allMatch(command -> !command.arguments().contains("\"")
                        && command.arguments().equals(command.arguments().strip())
                        && !command.arguments().isEmpty()
                        && !command.arguments().contains("\r")
                        && !command.name().isEmpty()
                        && !command.name().equals("message")
                        && command.name().matches("[a-z_0-9]+")
                        && (!command.name().equals("model")
                                || !command.arguments().contains("\n")));
        if (plain) {
            assertThatCode(() -> assertThat(Modelfile.parse(file.toString())).isEqualTo(file))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void aLongFileIsReadInLinearTime() throws ModelfileException {
        String spaces = " ".repeat(2_000_000);
        Modelfile file = Modelfile.parse("FROM x\nSYSTEM \"\"\"" + spaces + "\n".repeat(1_000_000) + "a\"\"\"\n");
        assertThat(file.commands().getLast().arguments()).hasSize(3_000_001);
    }
}
