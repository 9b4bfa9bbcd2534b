package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.fixed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.proxy.ScriptedUpstream.Script;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a key may use: requests, tokens, streams at once, and budgets that end an answer in its middle. */
class LimitsTest {
    /** Of the prompt "Hi" in every dialect: two bytes, and 16 around each of two parts. */
    private static final int PROMPT_MAX = 34;

    /** As the scripted servers report it: 12 of the prompt and 3 of the answer. */
    private static final int COST = 15;

    @TempDir
    private Path folder;

    private KeyFile keys;
    private String key;

    @BeforeEach
    void fileOfKeys() {
        keys = new KeyFile(folder.resolve("keys.json"));
    }

    @Test
    void requestsPerMinuteAreRefusedBeyondTheLimitInBothDialects() throws Exception {
        limited(new KeyLimits(1, 0, 0, 0, 0));
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            var first = chat(proxy, RunningProxy.STREAM);
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("1");
            assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("0");
            assertThat(first.header("x-ratelimit-reset-requests")).matches("1m0s|[1-5]?\\ds");
            var refused = chat(proxy, RunningProxy.CHAT);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
            assertThat(refused.header("x-ratelimit-remaining-requests")).isEqualTo("0");
            assertThat(refused.json().at("/error/type").asText()).isEqualTo("rate_limit_error");
            assertThat(refused.json().at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
            assertThat(refused.json().at("/error/message").asText()).contains("1 requests per minute");
            var message = ask(proxy, "/v1/messages", false);
            assertThat(message.status()).isEqualTo(429);
            assertThat(message.json().at("/error/type").asText()).isEqualTo("rate_limit_error");
            assertThat(proxy.ask("GET", "/v1/models", "", "X-API-Key: " + key).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aKeyWithoutLimitsHasNoSuchHeaders() throws Exception {
        limited(KeyLimits.NONE);
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(chat(proxy, RunningProxy.CHAT).head()).doesNotContainIgnoringCase("x-ratelimit");
        }
    }

    @Test
    void tokensPerMinuteCountWhatTheModelServerReports() throws Exception {
        limited(new KeyLimits(0, 1, 0, 0, 0));
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            // A prompt of more than a minute's tokens may come when the minute is whole.
            var first = chat(proxy, RunningProxy.CHAT);
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.header("x-ratelimit-limit-tokens")).isEqualTo("1");
            var refused = chat(proxy, RunningProxy.CHAT);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo("0");
            // 14 of debt and the one that the next prompt may take, one in each minute.
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, COST * 60);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isGreaterThan(60);
            assertThat(refused.json().at("/error/message").asText()).contains("1 tokens per minute");
        }
    }

    @Test
    void streamsAtOnceAreBoundAndAPlaceIsFreeAgainWhenItsClientLeaves() throws Exception {
        limited(new KeyLimits(0, 0, 1, 0, 0));
        var never = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(
                        wire -> {
                            wire.raw(ScriptedUpstream.NDJSON_HEAD);
                            wire.chunk(ScriptedUpstream.line("one"));
                            never.await();
                        },
                        answer("x"));
                var proxy = proxy(upstream)) {
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM, "X-API-Key: " + key);
                upstream.request();
                var refused = chat(proxy, RunningProxy.CHAT);
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.header("Retry-After")).isEqualTo("1");
                assertThat(refused.json().at("/error/code").asText()).isEqualTo("concurrency_limit_exceeded");
            }
            Await.until(() -> chat(proxy, RunningProxy.CHAT).status() == 200);
            never.countDown();
        }
    }

    /** The server ignores the limit it is given and goes on for ever: the proxy cuts, and the server sees it. */
    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, true", "/v1/chat/completions, false", "/v1/completions, true", "/v1/completions, false",
        "/v1/responses, true", "/v1/responses, false", "/v1/messages, true", "/v1/messages, false"
    })
    void aBudgetCutsAnAnswerExactlyAtItsEndInEachDialect(String path, boolean stream) throws Exception {
        int tokens = 100;
        limited(new KeyLimits(0, 0, 0, PROMPT_MAX + tokens, 0));
        var cancelled = new CountDownLatch(1);
        boolean generate = path.equals("/v1/completions");
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(ScriptedUpstream.NDJSON_HEAD);
                    try {
                        while (true) {
                            wire.chunk(
                                    generate ? "{\"response\":\"t.\",\"done\":false}\n" : ScriptedUpstream.line("t."));
                        }
                    } finally {
                        cancelled.countDown();
                    }
                });
                var proxy = proxy(upstream)) {
            var got = ask(proxy, path, stream);
            assertThat(got.status()).isEqualTo(200);
            assertThat(text(path, stream, got.body())).isEqualTo("t.".repeat(tokens));
            assertThat(got.body()).contains(lengthEnd(path));
            assertThat(new ObjectMapper()
                            .readTree(upstream.request().body())
                            .at("/options/num_predict")
                            .asInt())
                    .isEqualTo(tokens);
            cancelled.await();
            JsonNode line = proxy.accessJson();
            assertThat(line.path("endedBy").asText()).isEqualTo("limit");
            assertThat(line.path("completionTokens").asInt()).isEqualTo(tokens);
            var next = chat(proxy, RunningProxy.CHAT);
            assertThat(next.status()).isEqualTo(429);
            assertThat(next.json().at("/error/code").asText()).isEqualTo("insufficient_quota");
        }
    }

    @Test
    void streamsAtOnceShareTheLastOfABudgetWithoutOverdrawingIt() throws Exception {
        int streams = 4;
        int budget = streams * PROMPT_MAX + 1_000;
        limited(new KeyLimits(0, 0, 0, budget, 0));
        var all = new CountDownLatch(streams);
        Script endless = wire -> {
            wire.raw(ScriptedUpstream.NDJSON_HEAD);
            wire.chunk(ScriptedUpstream.line("t."));
            all.countDown();
            all.await();
            while (true) {
                wire.chunk(ScriptedUpstream.line("t."));
            }
        };
        try (var upstream = new ScriptedUpstream(endless);
                var proxy = proxy(upstream)) {
            List<String> answers =
                    inParallel(streams, () -> chat(proxy, RunningProxy.STREAM).body());
            int tokens = 0;
            for (String body : answers) {
                assertThat(body).contains("\"finish_reason\":\"length\"").endsWith("data: [DONE]\n\n");
                tokens += text("/v1/chat/completions", true, body).length() / 2;
            }
            // The guess at each prompt is two.
            long spent = proxy.server().accounts().all().iterator().next().spentToday();
            assertThat(spent).isEqualTo(tokens + 2L * streams).isBetween(1_000L, (long) budget);
        }
    }

    @Test
    void aServerThatKeepsTheLimitEndsTheAnswerItself() throws Exception {
        limited(new KeyLimits(0, 0, 0, PROMPT_MAX + 3, 0));
        Script obedient = wire -> {
            wire.raw(ScriptedUpstream.NDJSON_HEAD);
            for (int i = 0; i < 3; i++) {
                wire.chunk(ScriptedUpstream.line("t."));
            }
            wire.chunk(ScriptedUpstream.lastLine().replace("\"stop\"", "\"length\""));
            wire.raw("0\r\n\r\n");
        };
        try (var upstream = new ScriptedUpstream(obedient);
                var proxy = proxy(upstream)) {
            var got = chat(proxy, RunningProxy.STREAM);
            assertThat(got.body()).contains("\"finish_reason\":\"length\"");
            JsonNode line = proxy.accessJson();
            assertThat(line.path("promptTokens").asInt()).isEqualTo(12);
            assertThat(line.path("endedBy").asText()).isEqualTo("limit");
        }
    }

    @Test
    void theCallersOwnSmallerLimitStays() throws Exception {
        limited(new KeyLimits(0, 0, 0, 1_000, 0));
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            chat(proxy, RunningProxy.CHAT.replace("\"model\"", "\"max_tokens\":5,\"model\""));
            assertThat(new ObjectMapper()
                            .readTree(upstream.request().body())
                            .at("/options/num_predict")
                            .asInt())
                    .isEqualTo(5);
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("done");
        }
    }

    @Test
    void whatWasPutAsideAndNotUsedComesBack() throws Exception {
        limited(new KeyLimits(0, 0, 0, 2 * COST + PROMPT_MAX, 0));
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(200);
            assertThat(chat(proxy, RunningProxy.STREAM).status()).isEqualTo(200);
            // 34 are left: enough for the prompt, not for a token of an answer.
            var refused = chat(proxy, RunningProxy.CHAT);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.json().at("/error/message").asText())
                    .contains("need 35")
                    .contains("34 are left");
            assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 86_400L);
        }
    }

    @Test
    void aRefusalOfTheModelServerCostsNothing() throws Exception {
        limited(new KeyLimits(0, 0, 0, PROMPT_MAX + 1, 0));
        try (var upstream = new ScriptedUpstream(fixed(400, "{\"error\":\"no\"}"), answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(400);
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void budgetsOutliveARestart(boolean daily) throws Exception {
        int budget = COST + PROMPT_MAX;
        limited(daily ? new KeyLimits(0, 0, 0, budget, 0) : new KeyLimits(0, 0, 0, 0, budget));
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            try (var proxy = proxy(upstream)) {
                assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(200);
            }
            try (var proxy = proxy(upstream)) {
                var refused = chat(proxy, RunningProxy.CHAT);
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.header("Retry-After").isEmpty()).isEqualTo(!daily);
                assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo(String.valueOf(PROMPT_MAX));
            }
        }
    }

    @Test
    void aReloadChangesLimitsAndForgetsNothing() throws Exception {
        limited(new KeyLimits(0, 0, 0, COST + PROMPT_MAX, 0));
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = proxy(upstream)) {
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(200);
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(429);
            keys.update(content -> content.with(content.keys().stream()
                    .map(one -> one.with(new KeyLimits(0, 0, 0, COST + PROMPT_MAX + 1, 0)))
                    .toList()));
            assertThat(proxy.admin("POST", "/reload").status()).isEqualTo(200);
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(200);
            assertThat(chat(proxy, RunningProxy.CHAT).status()).isEqualTo(429);
        }
    }

    @Test
    void embeddingsCountAgainstABudget() throws Exception {
        limited(new KeyLimits(0, 0, 0, 55, 0));
        String vectors = "{\"embeddings\":[[1,2]],\"prompt_eval_count\":40}";
        try (var upstream = new ScriptedUpstream(fixed(200, vectors));
                var proxy = proxy(upstream)) {
            String body = "{\"model\":\"m\",\"input\":\"Hi\"}";
            assertThat(proxy.ask("POST", "/v1/embeddings", body, "X-API-Key: " + key)
                            .status())
                    .isEqualTo(200);
            assertThat(proxy.ask("POST", "/v1/embeddings", body, "X-API-Key: " + key)
                            .status())
                    .isEqualTo(429);
        }
    }

    /** What the pieces of an answer say together. */
    private static String text(String path, boolean stream, String body) throws Exception {
        var text = new StringBuilder();
        List<String> objects = stream
                ? body.lines()
                        .filter(line -> line.startsWith("data: {"))
                        .map(line -> line.substring(6))
                        .toList()
                : List.of(body);
        for (String json : objects) {
            JsonNode object = new ObjectMapper().readTree(json);
            JsonNode piece = switch (path) {
                case "/v1/chat/completions" ->
                    object.at(stream ? "/choices/0/delta/content" : "/choices/0/message/content");
                case "/v1/completions" -> object.at("/choices/0/text");
                case "/v1/messages" -> object.at(stream ? "/delta/text" : "/content/0/text");
                default ->
                    stream && !object.path("type").asText().equals("response.output_text.delta")
                            ? object.path("nothing")
                            : object.at(stream ? "/delta" : "/output/0/content/0/text");
            };
            text.append(piece.asText(""));
        }
        return text.toString();
    }

    private static String lengthEnd(String path) {
        return switch (path) {
            case "/v1/messages" -> "\"stop_reason\":\"max_tokens\"";
            case "/v1/responses" -> "\"reason\":\"max_output_tokens\"";
            default -> "\"finish_reason\":\"length\"";
        };
    }

    private RunningProxy.Answer ask(RunningProxy proxy, String path, boolean stream) throws Exception {
        String what = switch (path) {
            case "/v1/completions" -> "\"prompt\":\"Hi Hi Hi Hi Hi Hi!\"";
            case "/v1/responses" -> "\"input\":\"Hi\"";
            default -> "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
        };
        String most = path.equals("/v1/messages") ? ",\"max_tokens\":100000" : "";
        return proxy.ask(
                "POST", path, "{\"model\":\"m\",\"stream\":" + stream + most + "," + what + "}", "X-API-Key: " + key);
    }

    private RunningProxy.Answer chat(RunningProxy proxy, String body) throws Exception {
        return proxy.chat(body, "X-API-Key: " + key);
    }

    private void limited(KeyLimits limits) {
        key = keys.add("ann", limits, List.of(), Optional.empty(), Instant.EPOCH);
    }

    private RunningProxy proxy(ScriptedUpstream upstream) {
        return new RunningProxy(upstream.url(), "--keys-file", keys.path().toString());
    }

    private static List<String> inParallel(int count, java.util.concurrent.Callable<String> work) throws Exception {
        var results = new ArrayList<String>();
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (var future :
                    threads.invokeAll(Stream.generate(() -> work).limit(count).toList())) {
                results.add(future.get());
            }
        }
        return results;
    }
}
