package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the script in a real bash, with a program in the launcher's place that tells two models. */
class CompletionCommandTest {
    @TempDir
    Path folder;

    @Test
    void bashCompletesCommandsFlagsAndModels() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: there is no /bin/bash");
        assertThat(completions("llamero sto")).containsExactly("stop");
        assertThat(completions("llamero run --hide")).containsExactly("--hidethinking");
        assertThat(completions("llamero start --keep")).containsExactly("--keep-alive");
        assertThat(completions("llamero proxy --")).containsExactly("--upstream", "--host");
        assertThat(completions("llamero key re")).containsExactly("revoke");
        assertThat(completions("llamero key add --")).containsExactly("--help", "--keys-file");
        assertThat(completions("llamero us")).containsExactly("user");
        assertThat(completions("llamero user ")).containsExactly("add", "list", "remove");
        assertThat(completions("llamero user add anna --")).containsExactly("--data-dir");
        assertThat(completions("llamero sta")).containsExactly("start");
        assertThat(completions("llamero ben")).containsExactly("bench", "bench-model", "bench-proxy");
        assertThat(completions("llamero run ")).containsExactly("qwen3:8b", "smol:latest");
        assertThat(completions("llamero rm sm")).containsExactly("smol:latest");
        assertThat(completions("llamero show qwen3:")).containsExactly("8b");
        assertThat(completions("llamero doctor q")).isEmpty();
    }

    @Test
    void everyShellGetsAScriptWithEveryVisibleCommand() {
        for (String shell : List.of("bash", "zsh", "fish")) {
            ClientRun run = ClientRun.of(1, "", List.of("completion", shell));
            assertThat(run.code()).isZero();
            assertThat(run.out())
                    .contains("doctor", "serve", "pull", "keep-alive")
                    .doesNotContain("model-names)");
        }
        assertThat(ClientRun.of(1, "", List.of("completion", "tcsh")).code()).isEqualTo(2);
    }

    @Test
    void namesOfModelsComeFromTheServerAndNothingComesWithoutOne() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("GET /api/tags", 200, "{\"models\":[{\"name\":\"a:latest\"},{\"name\":\"b:1\"}]}");
            assertThat(ClientRun.of(server.port(), "", List.of("model-names")).out())
                    .isEqualTo("a:latest\nb:1\n");
        }
        ClientRun none = ClientRun.of(1, "", List.of("model-names"));
        assertThat(none).isEqualTo(new ClientRun(0, "", ""));
    }

    @Test
    void helpListsEveryVisibleCommandInAGroup() {
        String help = ClientRun.of(1, "", List.of("help")).out();
        LlameroCommand.commandLine().getSubcommands().values().stream()
                .map(command -> command.getCommandSpec())
                .filter(command -> !command.usageMessage().hidden())
                .forEach(command -> assertThat(help).containsPattern("(?m)^  " + command.name() + " +\\S.*$"));
        assertThat(help).containsPattern("(?m)^  key +\\S").containsPattern("(?m)^  user +\\S");
        assertThat(help).contains("Servers:", "Models:", "Tools:").doesNotContain("null", "%n");
    }

    private List<String> completions(String line) throws IOException, InterruptedException {
        Path program = Files.writeString(folder.resolve("llamero"), """
            #!/bin/sh
            [ "$1" = model-names ] && printf 'qwen3:8b\\nsmol:latest\\n'
            [ "$1 $2" = 'proxy --help' ] && printf 'Flags:\\n  --upstream   of\\n     --no\\n  --host  a\\n'
            [ "$1 $2 $3" = 'key add --help' ] && printf '      NAME   of\\n  -h, --help   a\\n      --keys-file=FILE\\n'
            """);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        String script = ClientRun.of(1, "", List.of("completion", "bash")).out() + """
            COMP_LINE=$1 COMP_POINT=${#1}
            COMP_WORDS=($1)
            [ "${1: -1}" = ' ' ] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _llamero
            printf '%s\\n' "${COMPREPLY[@]}"
            """;
        var builder = new ProcessBuilder("/bin/bash", "-c", script, "bash", line).redirectErrorStream(true);
        builder.environment().merge("PATH", folder.toString(), (old, added) -> added + ":" + old);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.lines().filter(each -> !each.isEmpty()).toList();
    }
}
