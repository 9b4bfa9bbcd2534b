package dev.llamero.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerHelpTest {
    @Test
    void namesFlagsAndVariablesInColumns() {
        var host = new Setting("host", List.of("A_HOST", "B_HOST"), "127.0.0.1", "Where to listen.");
        var port = new Setting("port", List.of(), "", "word ".repeat(30).strip());
        String text = new ServerHelp("serve", "Start.", List.of(host, port), Map.of("X", "Other")).text();
        assertThat(text).startsWith("""
            Start.

            Usage:
              llamero serve [flags]

            Flags:
              --host                  Where to listen. (default 127.0.0.1)
              --port                  %s
                                      %s
              -h, --help              Show this help.

            Environment Variables:
              A_HOST                            As --host
              B_HOST                            As --host
              LLAMERO_CONFIG                    The settings file
              X                                 Other
            """.formatted(
                        "word ".repeat(18).strip(), "word ".repeat(12).strip()));
        assertThat(text.lines()).allMatch(line -> line.length() <= 118);
    }

    @Test
    void isAskedForByEitherFlag() {
        assertThat(ServerHelp.isAsked(List.of("--port", "1", "-h"))).isTrue();
        assertThat(ServerHelp.isAsked(List.of("--help"))).isTrue();
        assertThat(ServerHelp.isAsked(List.of("--host=h"))).isFalse();
    }
}
