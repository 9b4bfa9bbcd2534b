package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.ollama;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of a file: who is let in, what the model server is told of it, and what a change of the file does. */
class KeysTest {
    private static final String MESSAGE =
            "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    @TempDir
    private Path folder;

    private KeyFile keys;

    @BeforeEach
    void fileOfKeys() {
        keys = new KeyFile(folder.resolve("keys.json"));
    }

    @Test
    void aKeyOpensAsBearerAndAsXApiKeyAndNeverReachesTheModelServer() throws Exception {
        String key = key("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + key)
                            .status())
                    .isEqualTo(200);
            assertThat(proxy.chat(RunningProxy.CHAT, "authorization: bearer " + key)
                            .status())
                    .isEqualTo(200);
            assertThat(proxy.chat(RunningProxy.CHAT, "X-API-Key: " + key).status())
                    .isEqualTo(200);
            assertThat(proxy.ask("POST", "/v1/messages", MESSAGE, "x-api-key: " + key)
                            .status())
                    .isEqualTo(200);
            for (int i = 0; i < 4; i++) {
                assertThat(upstream.request().head()).doesNotContain(key).doesNotContainIgnoringCase("x-api-key");
                assertThat(proxy.accessLine()).doesNotContain(key);
            }
        }
    }

    @Test
    void aKeyForSomeModelsListsOnlyTheseAndMayUseWhatItLists() throws Exception {
        String few = keys.add("few", KeyLimits.NONE, List.of("smol", "Big:7B"), Optional.empty(), Instant.EPOCH);
        String all = key("all");
        try (var upstream = new ScriptedUpstream(ollama("smol:latest", "big:7b", "secret"), answer("x"));
                var proxy = proxy(upstream)) {
            var listed = proxy.ask("GET", "/v1/models", "", "X-API-Key: " + few)
                    .json()
                    .path("data")
                    .findValuesAsText("id");
            assertThat(listed).containsExactly("smol:latest", "big:7b");
            for (String model : listed) {
                String one = "/v1/models/" + model;
                assertThat(proxy.ask("GET", one, "", "X-API-Key: " + few).status())
                        .as(model)
                        .isEqualTo(200);
                String body = RunningProxy.CHAT.replaceFirst("\"model\":\"[^\"]*\"", "\"model\":\"" + model + "\"");
                assertThat(proxy.chat(body, "X-API-Key: " + few).status())
                        .as(model)
                        .isEqualTo(200);
            }
            assertThat(proxy.ask("GET", "/v1/models/secret", "", "X-API-Key: " + few)
                            .status())
                    .isEqualTo(404);
            assertThat(proxy.ask("GET", "/v1/models", "", "X-API-Key: " + all).body())
                    .contains("secret");
        }
    }

    @Test
    void theModelServersOwnKeyIsPutInOnTheWay() throws Exception {
        String key = key("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream, "--upstream-api-key", "its-own")) {
            proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + key);
            assertThat(upstream.request().header("Authorization")).isEqualTo("Bearer its-own");
        }
    }

    @Test
    void whoHasNoKeyIsToldSoInTheOwnDialect() throws Exception {
        String key = key("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            for (String header : List.of("X-Other: 1", "Authorization: Basic " + key, "Authorization: Bearer ")) {
                var none = proxy.chat(RunningProxy.CHAT, header);
                assertThat(none.status()).isEqualTo(401);
                assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
                assertThat(none.json().at("/error/code").asText()).isEqualTo("missing_api_key");
                assertThat(none.json().at("/error/message").asText()).contains("Authorization: Bearer KEY");
            }
            String other = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
            for (String wrong : List.of("x", other, key + "x", key.replace("sk-llamero", "sk-llamera"))) {
                var refused = proxy.ask("POST", "/v1/messages", MESSAGE, "x-api-key: " + wrong);
                assertThat(refused.status()).isEqualTo(401);
                assertThat(refused.json().path("type").asText()).isEqualTo("error");
                assertThat(refused.json().at("/error/type").asText()).isEqualTo("authentication_error");
            }
            assertThat(proxy.ask("GET", "/v1/models", "").status()).isEqualTo(401);
            var ollama = proxy.ask("POST", "/api/chat", RunningProxy.CHAT);
            assertThat(ollama.status()).isEqualTo(401);
            assertThat(ollama.json().path("error").asText()).contains("Authorization: Bearer KEY");
            assertThat(proxy.ask("GET", "/healthz", "").status()).isEqualTo(200);
            assertThat(upstream.isIdle()).isTrue();
        }
    }

    @Test
    void theFileHoldsHashesOnlyAndIsItsOwnersAlone() throws IOException {
        String key = key("ann");
        String text = Files.readString(keys.path());
        assertThat(text).contains("\"ann\"").doesNotContain(key).doesNotContain(key.substring(key.length() - 43));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void aRevokedKeyIsRefusedAndANewOneWorksWithoutARestart() throws Exception {
        String old = key("old");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(status(proxy, old)).isEqualTo(200);
            String fresh = key("fresh");
            assertThat(keys.revoke("old")).hasSize(1);
            proxy.admin("POST", "/reload");
            assertThat(status(proxy, old)).isEqualTo(401);
            assertThat(status(proxy, fresh)).isEqualTo(200);
        }
    }

    @Test
    void aChangeOfTheFileIsSeenWithoutASignal() throws Exception {
        key("first");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            String later = key("later");
            Await.until(() -> status(proxy, later) == 200);
        }
    }

    @Test
    void aFileThatVanishesOrBreaksLeavesTheKeysAsTheyAre() throws Exception {
        String key = key("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            Files.writeString(keys.path(), "{\"saltSecret\":\n\"secret\n");
            var broken = proxy.admin("POST", "/reload");
            assertThat(broken.status()).isEqualTo(400);
            assertThat(broken.body()).contains("keys.json").contains("line 2").doesNotContain("secret\\n");
            Files.delete(keys.path());
            assertThat(proxy.admin("POST", "/reload").status()).isEqualTo(400);
            assertThat(status(proxy, key)).isEqualTo(200);
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(401);
        }
    }

    @Test
    void withAllKeysRevokedNobodyComesIn() throws Exception {
        String key = key("ann");
        keys.revoke("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(status(proxy, key)).isEqualTo(401);
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(401);
        }
    }

    @Test
    void anExpiredKeyIsRefused() throws Exception {
        String key = keys.add(
                "ann", KeyLimits.NONE, List.of(), Optional.of(Instant.parse("2020-01-01T00:00:00Z")), Instant.EPOCH);
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            var refused = proxy.chat(RunningProxy.CHAT, "X-API-Key: " + key);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.json().at("/error/code").asText()).isEqualTo("expired_api_key");
        }
    }

    @Test
    void aKeyForSomeModelsIsForNoOthers() throws Exception {
        String key = keys.add("ann", KeyLimits.NONE, List.of("other"), Optional.empty(), Instant.EPOCH);
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            var refused = proxy.chat(RunningProxy.CHAT, "X-API-Key: " + key);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.json().at("/error/message").asText())
                    .contains("'m'")
                    .contains("other");
            assertThat(upstream.isIdle()).isTrue();
        }
    }

    @Test
    void beyondLoopbackItStartsWithAKeyOfTheFileAndNotWithoutOne() throws Exception {
        var environment = Map.of(
                "LLAMERO_CONFIG",
                "absent.yaml",
                "LLAMERO_KEYS_FILE",
                keys.path().toString());
        List<String> open = List.of("--host", "0.0.0.0");
        assertThatThrownBy(() -> ProxySettings.read(open, environment))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("llamero key add");
        key("ann");
        assertThat(ProxySettings.read(open, environment).host().isAnyLocalAddress())
                .isTrue();
        keys.revoke("ann");
        assertThatThrownBy(() -> ProxySettings.read(open, environment)).hasMessageContaining("llamero key add");
    }

    @Test
    void eachKeyHasItsOwnCacheSaltThatCallersCannotSet() throws Exception {
        String ann = key("ann");
        String bob = key("bob");
        String annsSalt;
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            annsSalt = salt(proxy, upstream, ann);
            assertThat(annsSalt).matches("[0-9a-f]{64}").isEqualTo(salt(proxy, upstream, ann));
            assertThat(salt(proxy, upstream, bob)).matches("[0-9a-f]{64}").isNotEqualTo(annsSalt);
            assertThat(proxy.chat(RunningProxy.CHAT, "X-API-Key: " + bob, "X-Llamero-Cache-Salt: " + annsSalt)
                            .status())
                    .isEqualTo(200);
            assertThat(upstream.request().header("X-Llamero-Cache-Salt")).isNotEqualTo(annsSalt);
        }
        try (var upstream = new ScriptedUpstream(answer("x"));
                var restarted = proxy(upstream)) {
            assertThat(salt(restarted, upstream, ann)).isEqualTo(annsSalt);
        }
        try (var upstream = new ScriptedUpstream(answer("x"));
                var open = new RunningProxy(upstream.url())) {
            open.chat(RunningProxy.CHAT, "X-Llamero-Cache-Salt: " + annsSalt);
            assertThat(upstream.request().head()).doesNotContainIgnoringCase("cache-salt");
        }
    }

    @Test
    void aChangeOfKeysTouchesNoRunningStream() throws Exception {
        String key = key("ann");
        var goOn = new java.util.concurrent.CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(ScriptedUpstream.NDJSON_HEAD);
                    wire.chunk(ScriptedUpstream.line("one"));
                    goOn.await();
                    wire.chunk(ScriptedUpstream.line("two"));
                    wire.chunk(ScriptedUpstream.lastLine());
                    wire.raw("0\r\n\r\n");
                });
                var proxy = proxy(upstream);
                var client = proxy.connect()) {
            RunningProxy.send(
                    client, "POST", "/v1/chat/completions", RunningProxy.STREAM, "Authorization: Bearer " + key);
            upstream.request();
            keys.revoke("ann");
            key("other");
            assertThat(proxy.admin("POST", "/reload").status()).isEqualTo(200);
            assertThat(status(proxy, key)).isEqualTo(401);
            goOn.countDown();
            var got = RunningProxy.Answer.read(client.getInputStream());
            assertThat(got.body()).contains("one").contains("two").contains("[DONE]");
        }
    }

    @Test
    void theAccessLineNamesTheKeyByItsId() throws Exception {
        String key = key("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            proxy.chat(RunningProxy.CHAT, "X-API-Key: " + key);
            JsonNode line = proxy.accessJson();
            assertThat(line.path("key").asText()).isEqualTo(key.substring("sk-llamero-".length(), 19));
        }
    }

    private static String salt(RunningProxy proxy, ScriptedUpstream upstream, String key) throws Exception {
        assertThat(status(proxy, key)).isEqualTo(200);
        return upstream.request().header("X-Llamero-Cache-Salt");
    }

    private static int status(RunningProxy proxy, String key) throws IOException {
        return proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + key).status();
    }

    private String key(String name) {
        return keys.add(name, KeyLimits.NONE, List.of(), Optional.empty(), Instant.EPOCH);
    }

    private RunningProxy proxy(ScriptedUpstream upstream, String... arguments) {
        var all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--keys-file", keys.path().toString()));
        return new RunningProxy(upstream.url(), all.toArray(String[]::new));
    }
}
