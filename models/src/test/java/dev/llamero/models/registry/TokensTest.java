package dev.llamero.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that gives its manifests only to those who prove who they are. */
class TokensTest extends RegistryCase {
    private static final String MANIFEST = "GET /v2/lab/m/manifests/v1";
    private final List<String> proofs = new CopyOnWriteArrayList<>();
    private final List<String> tokenRequests = new CopyOnWriteArrayList<>();
    private String accepted = "";

    @BeforeEach
    void guard() {
        server.model("m", "{}".getBytes(StandardCharsets.UTF_8), bytes(100, 1));
        server.always(MANIFEST, (request, out) -> {
            proofs.add(request.header("authorization"));
            if (request.header("authorization").equals("Bearer good")) {
                server.serveWell(request, out);
            } else {
                ScriptedRegistry.status("401 Unauthorized", "", challenge()).answer(request, out);
            }
        });
        server.otherwise((request, out) -> {
            tokenRequests.add(request.path() + " " + request.header("authorization"));
            String proof = request.header("authorization");
            boolean right = proof.startsWith(accepted);
            ScriptedRegistry.status(
                            right ? "200 OK" : "401 Unauthorized", right ? "{\"token\":\"good\"}" : "{\"no\":1}")
                    .answer(request, out);
        });
    }

    private String challenge() {
        return "WWW-Authenticate: Bearer realm=\"http://" + server.host()
                + "/token\",service=\"reg*\",scope=\"repository:lab/m:pull other\"";
    }

    @Test
    void theRequestForATokenIsSignedAsOllamaDoes() throws Exception {
        accepted = SigningKey.readOrMake(folder.resolve("key/id_ed25519")).publicText() + ":";
        pull("m");
        assertThat(proofs).containsExactly("", "Bearer good");
        assertThat(tokenRequests.getFirst())
                .matches("/token\\?nonce=[A-Za-z0-9_-]{22}&scope=repository%3Alab%2Fm%3Apull&scope=other"
                        + "&service=reg%2A&ts=\\d+ [A-Za-z0-9+/=]+:[A-Za-z0-9+/=]{88}");
    }

    @Test
    void userAndPasswordOfTheAddressAreUsedInstead() throws Exception {
        accepted = "Basic dTpw";
        registry.pull(
                ModelSource.parse("http://u:p@" + server.host() + "/lab/m:v1").orElseThrow(),
                true,
                RegistryCase::make,
                new RecordingListener());
        assertThat(proofs).containsExactly("Basic dTpw", "Bearer good");
        assertThat(java.nio.file.Files.exists(folder.resolve("key"))).isFalse();
    }

    @Test
    void aRegistryThatKnowsNoKeysIsAskedWithoutOne() throws Exception {
        server.otherwise((request, out) -> ScriptedRegistry.status(
                        request.header("authorization").isEmpty() ? "200 OK" : "400 Bad Request",
                        "{\"access_token\":\"good\"}")
                .answer(request, out));
        pull("m");
        assertThat(proofs).containsExactly("", "Bearer good");
    }

    @Test
    void aRefusedProofIsAFailure() {
        accepted = "nobody";
        assertThatThrownBy(() -> pull("m")).hasMessage("pull model manifest: 401: {\"no\":1}");
        server.otherwise(ScriptedRegistry.status("200 OK", "{\"token\":\"bad\"}"));
        assertThatThrownBy(() -> pull("m")).hasMessage("pull model manifest: unauthorized: access denied");
        server.otherwise(ScriptedRegistry.status("200 OK", "{\"token\":\"a\\r\\nX: y\"}"));
        assertThatThrownBy(() -> pull("m")).hasMessageContaining("gives no token");
    }
}
