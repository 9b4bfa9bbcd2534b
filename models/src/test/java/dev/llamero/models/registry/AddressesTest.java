package dev.llamero.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What addresses mean, and which of them a registry may send us to. */
class AddressesTest {
    private static final String HEX = "168616c74f6d8c1c9f7c5a8fa1267f495fcbc52711b64b5fa3bed48e1fc519dc";

    private static URI follow(String registry, String location) throws RegistryException {
        URI base = URI.create(registry);
        return new RedirectRule(base, _ -> true).follow(base.resolve("/v2/x"), location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/x",
                "https://localhost:11434/api/delete",
                "https://[::1]/x",
                "https://0.0.0.0/x",
                "https://10.1.2.3/x",
                "https://172.16.0.1/x",
                "https://192.168.1.1/x",
                "https://100.64.0.1/x",
                "https://169.254.169.254/latest",
                "https://[fe80::1]/x",
                "https://[fd00::1]/x",
                "https://[::ffff:127.0.0.1]/x",
                "https://[64:ff9b::7f00:1]/x",
                "https://2130706433/x"
            })
    void aPublicRegistryDoesNotSendUsHome(String location) {
        assertThatThrownBy(() -> follow("https://203.0.113.5", location)).isInstanceOf(RegistryException.Hostile.class);
    }

    @Test
    void encryptionIsNotTakenAway() {
        assertThatThrownBy(() -> follow("https://203.0.113.5", "http://203.0.113.5/x"))
                .hasMessage("the registry redirects from https to http, which is refused: http://203.0.113.5");
    }

    @ParameterizedTest
    @CsvSource({
        "https://203.0.113.5, https://198.51.100.7/x",
        "https://203.0.113.5, /other",
        "http://127.0.0.1:5000, http://localhost:5001/x",
        "http://127.0.0.1:5000, http://192.168.1.4/x",
        "http://192.168.1.4:5000, https://192.168.1.9/x",
        "http://192.168.1.4:5000, https://203.0.113.5/x"
    })
    void otherTargetsAreFollowed(String registry, String location) throws RegistryException {
        assertThat(follow(registry, location).toString()).endsWith(location.substring(location.lastIndexOf('/')));
    }

    @Test
    void aPrivateRegistryDoesNotReachThisMachine() {
        assertThatThrownBy(() -> follow("http://192.168.1.4:5000", "http://127.0.0.1/x"))
                .isInstanceOf(RegistryException.Hostile.class);
    }

    @ParameterizedTest
    @CsvSource({
        "qwen3:0.6b, qwen3:0.6b, registry.ollama.ai",
        "hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M, hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M, hf.co",
        "https://huggingface.co/a/b, huggingface.co/a/b:latest, huggingface.co",
        "http://u:p@127.0.0.1:5000/lab/q:v1, 127.0.0.1:5000/lab/q:v1, 127.0.0.1:5000"
    })
    void namesLeadToRegistries(String text, String name, String host) {
        ModelSource source = ModelSource.parse(text).orElseThrow();
        assertThat(source.name().display()).isEqualTo(name);
        assertThat(Registry.base(source, false)).hasToString("https://" + host);
        assertThat(source.toString()).doesNotContain("u:p");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/../b", "x:", "/etc/passwd", "a b", "h/n/m:t/../../x", "file:///etc/passwd"})
    void whatIsNoNameIsNone(String text) {
        assertThat(ModelSource.parse(text)).isEmpty();
    }

    @Test
    void aFileNeedsItsDigest() {
        assertThatThrownBy(() -> ModelSource.parse("https://user:secret@host/x.gguf"))
                .hasMessage("the address of a file needs the SHA-256 of its bytes: add #sha256= and 64 hex digits to"
                        + " https://host/x.gguf");
        ModelSource source = ModelSource.parse("https://host/a/Qwen3-0.6B-Q8_0.gguf?download=true#sha256=" + HEX)
                .orElseThrow();
        assertThat(source.name().display()).isEqualTo("Qwen3-0.6B-Q8_0:latest");
        assertThat(source.file()).contains(URI.create("https://host/a/Qwen3-0.6B-Q8_0.gguf?download=true"));
    }

    @Test
    void proxiesComeFromTheEnvironmentAsInGo() {
        var proxies = new EnvironmentProxies(Map.of(
                "HTTPS_PROXY", "http://proxy:3128", "http_proxy", "other:80", "NO_PROXY", "intern.example, .corp"));
        assertThat(proxies.select(URI.create("https://hf.co/x")).getFirst().address())
                .hasToString("proxy/<unresolved>:3128");
        assertThat(proxies.select(URI.create("http://hf.co/x")).getFirst().address())
                .hasToString("other/<unresolved>:80");
        for (String direct : new String[] {"https://127.0.0.1:5", "https://a.intern.example", "http://x.corp"}) {
            assertThat(proxies.isDirect(URI.create(direct))).as(direct).isTrue();
        }
        assertThat(new EnvironmentProxies(Map.of()).isDirect(URI.create("https://hf.co")))
                .isTrue();
    }

    @Test
    void challengesAreReadWithAndWithoutQuotes() {
        Challenge challenge = Challenge.parse(
                "Bearer realm=\"https://r/token?a=b\",service=reg, scope=\"repository:x:pull,push repository:y:pull\"");
        assertThat(challenge.scheme()).isEqualTo("bearer");
        assertThat(challenge.get("realm")).isEqualTo("https://r/token?a=b");
        assertThat(challenge.get("service")).isEqualTo("reg");
        assertThat(challenge.get("scope")).isEqualTo("repository:x:pull,push repository:y:pull");
        assertThat(Challenge.parse("").scheme()).isEmpty();
    }
}
