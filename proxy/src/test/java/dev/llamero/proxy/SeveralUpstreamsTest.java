package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.fixed;
import static dev.llamero.proxy.ScriptedUpstream.ollama;
import static dev.llamero.proxy.ScriptedUpstream.openAi;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Routing by model, aliases, weights, the joint list, and whose key goes where. */
class SeveralUpstreamsTest {
    private static final int BOUND_SECONDS = 20;

    @Test
    void eachModelIsAnsweredByAServerThatHasIt() throws Exception {
        try (var one = new ScriptedUpstream(ollama("a", "both"), answer("one"));
                var two = new ScriptedUpstream(ollama("b:latest", "both"), answer("two"));
                var proxy = proxy(server("one", one), server("two", two))) {
            assertThat(content(proxy, "a")).isEqualTo("one");
            assertThat(content(proxy, "b")).isEqualTo("two");
            assertThat(content(proxy, "B:LATEST")).isEqualTo("two");
            var got = proxy.chat(chat("b"));
            assertThat(got.header("X-Llamero-Upstream")).isEqualTo("two");
            assertThat(got.json().path("model").asText())
                    .as("as the caller wrote it")
                    .isEqualTo("b");
        }
    }

    @Test
    void theListIsAllModelsOfAllServersAndTheAliases() throws Exception {
        try (var one = new ScriptedUpstream(ollama("a", "both"), answer("x"));
                var two = new ScriptedUpstream(openAi("b", "both"), answer("x"));
                var proxy = new RunningProxy(
                        java.nio.file.Path.of("absent.yaml"),
                        "--upstreams",
                        list(server("one", one), server("two", two)),
                        "--aliases",
                        "{gpt-4o: a}")) {
            JsonNode data = proxy.ask("GET", "/v1/models", "").json().path("data");
            assertThat(data.findValuesAsText("id")).containsExactly("a", "both", "b", "gpt-4o");
            assertThat(proxy.ask("GET", "/v1/models/gpt-4o", "").status()).isEqualTo(200);
        }
    }

    @Test
    void anAliasIsSentOnAsTheModelThatIsMeant() throws Exception {
        try (var upstream = new ScriptedUpstream(ollama("qwen3:32b"), answer("x"));
                var proxy = new RunningProxy(upstream.url(), "--aliases", "{gpt-4o: qwen3:32b}")) {
            var got = proxy.chat(chat("gpt-4o"));
            assertThat(got.status()).as(got.body()).isEqualTo(200);
            assertThat(got.json().path("model").asText()).isEqualTo("gpt-4o");
            assertThat(upstream.request().body()).contains("\"qwen3:32b\"").doesNotContain("gpt-4o");
        }
    }

    @Test
    void aServersOwnAliasGivesItsModelAnotherName() throws Exception {
        try (var one = new ScriptedUpstream(ollama("qwen3:32b"), fixed(503, "{\"error\":\"busy\"}"));
                var two = new ScriptedUpstream(openAi("Qwen/Qwen3-32B"), OpenAiServers.vllmStream("two"));
                var proxy =
                        proxy(server("one", one), server("two", two) + ", aliases: {'qwen3:32b': Qwen/Qwen3-32B}")) {
            assertThat(content(proxy, "qwen3:32b")).isEqualTo("two");
            assertThat(two.request().body()).contains("\"Qwen/Qwen3-32B\"");
        }
    }

    @Test
    void anUnknownModelIs404AndNearNamesAreTold() throws Exception {
        try (var upstream = new ScriptedUpstream(ollama("qwen3:32b", "llama3.2", "gemma3"), answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(chat("qwen3:23b"));
            assertThat(got.status()).isEqualTo(404);
            JsonNode error = got.json().path("error");
            assertThat(error.path("code").asText()).isEqualTo("model_not_found");
            assertThat(error.path("message").asText())
                    .isEqualTo("model 'qwen3:23b' not found; did you mean 'qwen3:32b'? GET /v1/models lists all");
            var messages = proxy.ask(
                    "POST",
                    "/v1/messages",
                    "{\"model\":\"gemma\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            assertThat(messages.status()).isEqualTo(404);
            assertThat(messages.json().at("/error/type").asText()).isEqualTo("not_found_error");
            assertThat(messages.json().at("/error/message").asText()).contains("'gemma3'");
            assertThat(upstream.isIdle()).as("the server was not bothered").isTrue();
        }
    }

    @Test
    void aModelThatCameAMomentAgoIsFoundAtOnce() throws Exception {
        try (var upstream = new ScriptedUpstream(ollama("old"), answer("x"), answer("y"), answer("z"));
                var proxy = new RunningProxy(upstream.url(), "--health-interval", "1h")) {
            assertThat(proxy.chat(chat("old")).status()).isEqualTo(200);
            for (String name : List.of("new", "newer")) {
                assertThat(proxy.chat(chat("nobody")).status()).isEqualTo(404);
                upstream.always("/api/tags", ollama("old", name).get("/api/tags"));
                assertThat(proxy.chat(chat(name)).status()).as(name).isEqualTo(200);
            }
            JsonNode data = proxy.ask("GET", "/v1/models", "").json().path("data");
            assertThat(data.findValuesAsText("id")).contains("newer");
        }
    }

    @Test
    void fixedModelsAreBelievedWhateverTheServerLists() throws Exception {
        try (var upstream = new ScriptedUpstream(ollama("other"), answer("x"));
                var proxy = proxy(server("one", upstream) + ", models: [secret]")) {
            assertThat(proxy.chat(chat("secret")).status()).isEqualTo(200);
            assertThat(proxy.chat(chat("other")).status()).isEqualTo(404);
        }
    }

    @Test
    void aServerWithoutAListIsAskedForAnything() throws Exception {
        var standing = new HashMap<>(openAi());
        standing.put("/v1/models", fixed(404, "{\"detail\":\"Not Found\"}"));
        try (var upstream = new ScriptedUpstream(standing, OpenAiServers.vllmStream("fine"));
                var proxy = proxy(server("one", upstream) + ", kind: openai")) {
            assertThat(content(proxy, "whatever")).isEqualTo("fine");
        }
    }

    @Test
    void aServersKeyIsPutInOnTheWayAndTheCallersIsNot() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url(), "--upstream-api-key", "its-key", "--api-key", "ours")) {
            assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer ours")
                            .status())
                    .isEqualTo(200);
            var seen = upstream.request();
            assertThat(seen.header("Authorization")).isEqualTo("Bearer its-key");
            assertThat(seen.head()).doesNotContain("ours");
            assertThat(proxy.accessLine()).doesNotContain("its-key").doesNotContain("ours");
            assertThat(proxy.admin("GET", "/upstreams").body()).doesNotContain("its-key");
        }
    }

    @Test
    void aServerThatRefusesTheProxysKeyIsNotTheCallersFault() throws Exception {
        try (var upstream = new ScriptedUpstream(fixed(401, "{\"error\":{\"message\":\"Invalid API Key\"}}"));
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(RunningProxy.CHAT);
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.json().at("/error/message").asText())
                    .contains(upstream.url())
                    .contains("refused the proxy's key");
        }
    }

    @Test
    void theServerWithFewestCallsForItsWeightIsNext() throws Exception {
        var goOn = new CountDownLatch(1);
        var order = new ArrayList<String>();
        try (var light = new ScriptedUpstream(held(goOn, "light"));
                var heavy = new ScriptedUpstream(held(goOn, "heavy"));
                var proxy = proxy(server("light", light), server("heavy", heavy) + ", weight: 3");
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(proxy.ask("GET", "/v1/models", "").status()).isEqualTo(200);
            for (int i = 0; i < 8; i++) {
                callers.submit(() -> proxy.chat(RunningProxy.CHAT));
                int taken = i + 1;
                Await.until(() -> inFlight(proxy) == taken);
            }
            Map<String, Integer> shares = new HashMap<>();
            proxy.admin("GET", "/upstreams").json().path("upstreams").forEach(server -> {
                shares.put(server.path("name").asText(), server.path("inFlight").asInt());
                order.add(server.path("name").asText());
            });
            assertThat(shares).isEqualTo(Map.of("light", 2, "heavy", 6));
            assertThat(order).containsExactly("light", "heavy");
            goOn.countDown();
        }
    }

    private static ScriptedUpstream.Script held(CountDownLatch goOn, String text) {
        return wire -> {
            assertThat(goOn.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            answer(text).run(wire);
        };
    }

    private static int inFlight(RunningProxy proxy) throws Exception {
        int all = 0;
        for (JsonNode server : proxy.admin("GET", "/upstreams").json().path("upstreams")) {
            all += server.path("inFlight").asInt();
        }
        return all;
    }

    static String content(RunningProxy proxy, String model) throws Exception {
        var got = proxy.chat(chat(model));
        assertThat(got.status()).as(got.body()).isEqualTo(200);
        return got.json().at("/choices/0/message/content").asText();
    }

    static String chat(String model) {
        return RunningProxy.CHAT.replace("\"m\"", "\"" + model + "\"");
    }

    static String server(String name, ScriptedUpstream upstream) {
        return "name: " + name + ", url: '" + upstream.url() + "'";
    }

    static String list(String... servers) {
        return "["
                + String.join(
                        ", ",
                        List.of(servers).stream()
                                .map(server -> "{" + server + "}")
                                .toList()) + "]";
    }

    static RunningProxy proxy(String... servers) {
        return new RunningProxy(java.nio.file.Path.of("absent.yaml"), "--upstreams", list(servers));
    }
}
