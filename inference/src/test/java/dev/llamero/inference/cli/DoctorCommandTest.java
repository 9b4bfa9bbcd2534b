package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.doctor.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** On a machine whose libraries are in an empty folder, so that something is broken. */
class DoctorCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();

    private int run(int java, String... arguments) throws IOException {
        Map<String, String> environment = Map.of(
                "LLAMERO_LIBLLAMA",
                        Files.createDirectories(folder.resolve("natives")).toString(),
                "LLAMERO_MODELS", folder.resolve("models").toString(),
                "OLLAMA_MODELS", folder.resolve("store").toString(),
                "OLLAMA_HOST", "127.0.0.1:1");
        var machine = new Machine(environment, folder, folder, java, folder, command -> Optional.empty());
        return new CommandLine(new DoctorCommand(machine))
                .setOut(new PrintWriter(out, true))
                .execute(arguments);
    }

    @Test
    void whatIsBrokenIsPrintedWithItsRemedyAndTheCodeIsOne() throws IOException {
        assertThat(run(21)).isEqualTo(1);
        assertThat(out.toString())
                .contains("BROKEN  java      Java 21 at ")
                .contains("                  -> install a JDK 25")
                .contains("BROKEN  natives   llama.cpp v0.5.0 is missing: ")
                .contains("                  -> correct or unset LLAMERO_LIBLLAMA")
                .contains("ok      ports     nothing listens at 127.0.0.1:1 (model server)")
                .contains("ok      store     no store at " + folder.resolve("store"))
                .containsPattern("\n\n\\d things are broken.\n$");
    }

    @Test
    void findingsComeAsJson() throws IOException {
        assertThat(run(25, "--json")).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("{\"findings\":[{\"area\":\"java\",\"level\":\"note\",")
                .contains("\"area\":\"natives\",\"level\":\"broken\"");
    }
}
