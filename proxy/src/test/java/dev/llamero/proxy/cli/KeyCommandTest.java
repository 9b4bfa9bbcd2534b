package dev.llamero.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.callers.ApiKey;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCommandTest {
    @TempDir
    private Path folder;

    private record Run(int code, String out, String err) {}

    private Run key(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = KeyCommand.commandLine(Map.of(
                        "LLAMERO_CONFIG", folder.resolve("absent.yaml").toString(),
                        "LLAMERO_KEYS_FILE", file().path().toString()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private KeyFile file() {
        return new KeyFile(folder.resolve("keys.json"));
    }

    private List<ApiKey> keys() {
        return file().read().orElseThrow().keys();
    }

    @Test
    void addPrintsTheKeyAloneOnceAndKeepsItsHashAndLimits() throws IOException {
        Run run = key(
                "add",
                "ann",
                "--requests-per-minute",
                "60",
                "--tokens-per-minute",
                "100k",
                "--streams",
                "4",
                "--tokens-per-day",
                "2M",
                "--tokens-total",
                "9M",
                "--model",
                "a,b",
                "--model",
                "c",
                "--expires",
                "90d");
        assertThat(run.code()).isZero();
        assertThat(run.out()).matches("sk-llamero-[a-z2-7]{8}-[A-Za-z0-9_-]{43}\\R");
        assertThat(run.err()).contains("ann", "every caller of the proxy must show a key");
        ApiKey key = keys().getFirst();
        assertThat(key.id()).isEqualTo(ApiKey.id(run.out().strip()));
        assertThat(key.limits()).isEqualTo(new KeyLimits(60, 100_000, 4, 2_000_000, 9_000_000));
        assertThat(key.models()).containsExactly("a", "b", "c");
        assertThat(key.expires().orElseThrow()).isAfter(key.created());
        assertThat(Files.readString(file().path())).doesNotContain(run.out().strip());
        assertThat(key("add", "bob").err()).doesNotContain("every caller");
    }

    @Test
    void listTellsLimitsAndNeverAKey() {
        String secret =
                key("add", "ann", "--streams", "4", "--tokens-per-day", "500").out();
        key("add", "bob");
        Run run = key("list");
        assertThat(run.code()).isZero();
        assertThat(run.out().lines()).hasSize(3);
        assertThat(run.out()).contains("ann", "4 streams", "0/500", "bob", "never");
        assertThat(run.out()).doesNotContain(secret.strip());
    }

    @Test
    void revokeTakesIdsAndNames() {
        String id = ApiKey.id(key("add", "ann").out().strip());
        key("add", "bob");
        key("add", "cid");
        assertThat(key("revoke", id, "bob").out()).contains("revoked " + id + " (ann)", "(bob)");
        assertThat(keys()).extracting(ApiKey::name).containsExactly("cid");
        Run none = key("revoke", "ann");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("'ann'").contains("llamero key list");
    }

    @Test
    void aNameIsUsedOnce() {
        key("add", "ann");
        Run again = key("add", "ann");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("'ann'").contains("already");
        assertThat(keys()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add",
                "add a --streams 0",
                "add a --tokens-per-day 1.5k",
                "add a --expires soon",
                "add a --expires 2020-01-01",
                "add a --expires 0d",
                "add a b",
                "forget",
                "revoke",
                ""
            })
    void wrongUsageIsTwoAndChangesNothing(String line) {
        Run run = key(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isNotEmpty();
        assertThat(file().path()).doesNotExist();
    }

    @Test
    void aBrokenFileIsOneSentence() throws IOException {
        Files.writeString(file().path(), "{\"keys\": 3}");
        for (String verb : List.of("list", "add ann", "revoke ann")) {
            Run run = key(verb.split(" "));
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err().lines()).hasSize(1);
            assertThat(run.err()).contains("keys.json");
        }
        assertThat(file().path()).content().isEqualTo("{\"keys\": 3}");
    }

    @Test
    void aFlagNamesAnotherFile() {
        Path other = folder.resolve("other.json");
        key("add", "ann", "--keys-file", other.toString());
        assertThat(new KeyFile(other).read().orElseThrow().keys()).hasSize(1);
        assertThat(file().path()).doesNotExist();
    }

    @Test
    void helpNamesEveryFlag() {
        assertThat(key("add", "--help").out())
                .contains("Usage: llamero key add", "--requests-per-minute", "--tokens-total", "--keys-file");
        assertThat(key("--help").out()).contains("add", "list", "revoke");
    }
}
