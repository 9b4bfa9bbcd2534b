package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.callers.ApiKey;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key that the proxy keeps for the chat page, so that the page goes on where callers need keys. */
class GatewayKeyTest {
    @TempDir
    private Path folder;

    private KeyFile keys;
    private Path text;

    @BeforeEach
    void nameTheFiles() {
        keys = new KeyFile(folder.resolve("keys.json"));
        text = folder.resolve("private").resolve("gateway.key");
    }

    @Test
    void whereThereAreKeysThePageHasOneOfItsOwnThatOutlivesAStart() throws Exception {
        add("ann");
        String first;
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            first = Files.readString(text).strip();
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(401);
            assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + first)
                            .status())
                    .isEqualTo(200);
            proxy.accessLine();
            assertThat(proxy.accessJson().path("key").asText()).isEqualTo(ApiKey.id(first));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(text)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(keys.path())).doesNotContain(first);
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(Files.readString(text).strip()).isEqualTo(first);
            assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + first)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(names()).containsExactly("ann", "chat-page");
    }

    @Test
    void withoutKeysThereIsNoneUntilTheFirstIsMade() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(200);
            assertThat(text).doesNotExist();
            assertThat(keys.path()).doesNotExist();
            add("ann");
            // Seen by itself, as the file of keys is.
            Await.until(() -> proxy.chat(RunningProxy.CHAT).status() == 401);
            assertThat(status(proxy, page())).isEqualTo(200);
        }
    }

    private static int status(RunningProxy proxy, String key) throws Exception {
        return proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + key).status();
    }

    @Test
    void aRevokedKeyOfThePageIsReplaced() throws Exception {
        add("ann");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            String old = page();
            assertThat(keys.revoke("chat-page")).hasSize(1);
            assertThat(proxy.admin("POST", "/reload").status()).isEqualTo(200);
            assertThat(page()).isNotEqualTo(old);
            assertThat(status(proxy, old)).isEqualTo(401);
            assertThat(status(proxy, page())).isEqualTo(200);
            assertThat(names()).containsExactly("ann", "chat-page");
        }
    }

    @Test
    void aLostTextGetsAnotherSecretAndTheKeyKeepsItsIdAndLimits() throws Exception {
        String old = keys.add("chat-page", new KeyLimits(0, 0, 7, 0, 0), List.of("m"), Optional.empty(), Instant.EPOCH);
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(page()).isNotEqualTo(old);
            assertThat(status(proxy, old)).isEqualTo(401);
            assertThat(status(proxy, page())).isEqualTo(200);
            ApiKey kept = keys.read().orElseThrow().keys().getFirst();
            assertThat(kept.id()).isEqualTo(ApiKey.id(old));
            assertThat(kept.limits().streams()).isEqualTo(7);
            assertThat(kept.models()).containsExactly("m");
        }
    }

    @Test
    void aFileThatCannotBeWrittenStopsNobodyElse() throws Exception {
        String ann = add("ann");
        Files.writeString(folder.resolve("private"), "a file where a folder should be");
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer " + ann)
                            .status())
                    .isEqualTo(200);
            assertThat(names()).containsExactly("ann");
        }
    }

    private String add(String name) {
        return keys.add(name, KeyLimits.NONE, List.of(), Optional.empty(), Instant.EPOCH);
    }

    private String page() throws IOException {
        return Files.readString(text).strip();
    }

    private List<String> names() {
        return keys.read().orElseThrow().keys().stream().map(ApiKey::name).toList();
    }

    private RunningProxy proxy(ScriptedUpstream upstream) {
        return new RunningProxy(
                upstream.url(), "--keys-file", keys.path().toString(), "--gateway-key-file", text.toString());
    }
}
