package dev.llamero.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserCommandTest {
    @TempDir
    Path data;

    private String out;
    private String err;

    private int run(String... arguments) {
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        var all = new ArrayList<>(List.of(arguments));
        if (arguments.length > 0 && !arguments[0].equals("help")) {
            all.addAll(List.of("--data-dir", data.toString()));
        }
        int status = UserCommand.run(
                all,
                Map.of("LLAMERO_CONFIG", "none.yaml"),
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return status;
    }

    @Test
    void theFirstAccountLeavesTheOldChatsAnOwner() {
        assertThat(run("add", "anna")).isZero();
        assertThat(out)
                .containsPattern("token of anna, shown only now: lg-\\S{43}\n")
                .containsPattern("token of local, shown only now: lg-\\S{43}\n")
                .contains("everybody must sign in");
        assertThat(run("add", "bert")).isZero();
        assertThat(out).contains("bert").doesNotContain("local");
        assertThat(run("list")).isZero();
        assertThat(out.lines().map(line -> line.replaceFirst(" .*", "")))
                .containsExactly("NAME", "anna", "bert", "local");
        assertThat(out).doesNotContain("lg-");
    }

    @Test
    void accountsGoAndTheLastOneOpensTheDoor() {
        run("add", "local");
        assertThat(run("remove", "local")).isZero();
        assertThat(out).contains("last account");
        assertThat(run("remove", "local")).isEqualTo(1);
        assertThat(err).contains("no account local");
        assertThat(run("list")).isZero();
        assertThat(out).contains("no accounts");
    }

    @Test
    void mistakesAreTold() {
        assertThat(run("add", "Anna B")).isEqualTo(1);
        assertThat(err).contains("name");
        run("add", "anna");
        assertThat(run("add", "anna")).isEqualTo(1);
        assertThat(err).contains("already");
        assertThat(run("fly", "anna")).isEqualTo(2);
        assertThat(err).contains("user add NAME");
        assertThat(run("help")).isZero();
    }
}
