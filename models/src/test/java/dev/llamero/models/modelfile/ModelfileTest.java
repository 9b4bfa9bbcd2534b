package dev.llamero.models.modelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.models.modelfile.Modelfile.Command;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelfileTest {
    private static List<Command> read(String text) throws ModelfileException {
        return Modelfile.parse(text).commands();
    }

    @Test
    void everyCommandIsRead() throws ModelfileException {
        assertThat(read("""
            # a comment
            from base
            ADAPTER ./lora.gguf
            Parameter temperature 0.5
            PARAMETER stop "a b"
            TEMPLATE \"""{{ .System }}

            "{{ .Prompt }}" \"""
            SYSTEM You are   terse.
            MESSAGE user Hi: there
            MESSAGE assistant ""
            LICENSE MIT
            RENDERER r
            PARSER p
            REQUIRES 0.14.0
            DRAFT d\
            """))
                .containsExactly(
                        new Command("model", "base"),
                        new Command("adapter", "./lora.gguf"),
                        new Command("temperature", "0.5"),
                        new Command("stop", "a b"),
                        new Command("template", "{{ .System }}\n\n\"{{ .Prompt }}\" "),
                        new Command("system", "You are   terse."),
                        new Command("message", "user: Hi: there"),
                        new Command("message", "assistant: "),
                        new Command("license", "MIT"),
                        new Command("renderer", "r"),
                        new Command("parser", "p"),
                        new Command("requires", "0.14.0"),
                        new Command("draft", "d"));
    }

    @Test
    void quotesMayHoldLinesAndOthersAreKept() throws ModelfileException {
        assertThat(read("FROM x\nSYSTEM \"two\nlines\"\nLICENSE it's \"his\"\n"))
                .containsExactly(
                        new Command("model", "x"),
                        new Command("system", "two\nlines"),
                        new Command("license", "it's \"his\""));
    }

    @Test
    void theByteOrderMarkTellsTheEncoding() throws ModelfileException {
        String text = "\uFEFFFROM bób\n";
        for (var charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            assertThat(Modelfile.parse(text.getBytes(charset)).commands()).containsExactly(new Command("model", "bób"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing", "SYSTEM hi", "PARAMETER temperature 1"})
    void aFileWithoutFromIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).hasMessage("no FROM line");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FROM x\nSYSTEM \"open", "FROM x\nSYSTEM \"\"\"open\"\"", "FROM x\nPARAMETER stop", "FROM"})
    void aFileThatEndsTooEarlyIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).hasMessage("unexpected EOF");
    }

    @Test
    void errorsSayWhatOllamasSay() {
        assertThatThrownBy(() -> read("FROM x\nBADCOMMAND y"))
                .hasMessage("(line 2): command must be one of \"from\", \"license\", \"template\", \"system\","
                        + " \"adapter\", \"draft\", \"renderer\", \"parser\", \"parameter\", \"message\","
                        + " or \"requires\"");
        assertThatThrownBy(() -> read("FROM x\r\nMESSAGE boss hi"))
                .hasMessage("(line 3): message role must be one of \"system\", \"user\", or \"assistant\"");
        assertThatThrownBy(() -> read("FROM x\nPARAMETER a-b 1")).hasMessage("unexpected EOF: a");
    }

    @Test
    void whatIsWrittenReadsAsTheSame() throws ModelfileException {
        var file = new Modelfile(List.of(
                new Command("model", "base"),
                new Command("system", " \"quoted\"\nand spaced "),
                new Command("stop", "</s> "),
                new Command("message", "user: several\nlines")));
        assertThat(file.toString()).isEqualTo("""
            FROM base
            SYSTEM \""" "quoted"
            and spaced \"""
            PARAMETER stop "</s> "
            MESSAGE user "several
            lines"
            """);
        assertThat(read(file.toString())).isEqualTo(file.commands());
    }
}
