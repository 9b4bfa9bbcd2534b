package dev.llamero.proxy;

import static dev.llamero.proxy.OpenAiServers.delta;
import static dev.llamero.proxy.OpenAiServers.event;
import static dev.llamero.proxy.OpenAiServers.llamaServerStream;
import static dev.llamero.proxy.OpenAiServers.vllmStream;
import static dev.llamero.proxy.ScriptedUpstream.fixed;
import static dev.llamero.proxy.ScriptedUpstream.openAi;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Servers of OpenAI's dialect instead of Ollama's: one setting, the address. */
class OpenAiUpstreamTest {
    @Test
    void llamaServerIsOneSettingAndItsThinkingIsReasoning() throws Exception {
        try (var upstream = new ScriptedUpstream(openAi("m"), llamaServerStream("hm", "Hel", "lo"));
                var proxy = new RunningProxy(upstream.url())) {
            var whole = proxy.chat(RunningProxy.CHAT, "X-Request-ID: its-me");
            JsonNode message = whole.json().at("/choices/0/message");
            assertThat(message.path("content").asText()).isEqualTo("Hello");
            assertThat(message.path("reasoning").asText()).isEqualTo("hm");
            assertThat(whole.json()
                            .at("/usage/prompt_tokens_details/cached_tokens")
                            .asInt())
                    .isEqualTo(10);
            var seen = upstream.request();
            assertThat(seen.head()).startsWith("POST /v1/chat/completions HTTP/1.1\r\n");
            assertThat(seen.header("X-Request-ID")).isEqualTo("its-me");
            JsonNode asked = new ObjectMapper().readTree(seen.body());
            assertThat(asked.path("stream").asBoolean()).isTrue();
            assertThat(asked.at("/stream_options/include_usage").asBoolean()).isTrue();
            JsonNode line = proxy.accessJson();
            assertThat(line.path("promptTokens").asInt()).isEqualTo(12);
            assertThat(line.path("cachedTokens").asInt()).isEqualTo(10);
            assertThat(line.path("completionTokens").asInt()).isEqualTo(3);
            assertThat(proxy.chat(RunningProxy.STREAM).body())
                    .contains("\"reasoning\":\"hm\"")
                    .contains("\"content\":\"Hel\"")
                    .endsWith("data: [DONE]\n\n");
            assertThat(upstream.connections())
                    .as("the connection is used again")
                    .isEqualTo(1);
        }
    }

    @Test
    void vllmAnswersEveryDialectOfCallers() throws Exception {
        try (var upstream = new ScriptedUpstream(openAi("m"), vllmStream("Hel", "lo"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.STREAM).body())
                    .contains("\"content\":\"Hel\"")
                    .endsWith("data: [DONE]\n\n");
            var messages = proxy.ask(
                    "POST",
                    "/v1/messages",
                    "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            assertThat(messages.json().at("/content/0/text").asText()).isEqualTo("Hello");
            assertThat(messages.json().at("/usage/output_tokens").asInt()).isEqualTo(3);
            var responses = proxy.ask("POST", "/v1/responses", "{\"model\":\"m\",\"input\":\"Hi\",\"stream\":true}");
            assertThat(responses.body())
                    .contains("event: response.output_text.delta")
                    .contains("event: response.completed");
        }
    }

    @Test
    void completionsAndEmbeddingsGoToTheirOwnPaths() throws Exception {
        try (var upstream = new ScriptedUpstream(
                        openAi("m"),
                        wire -> {
                            wire.raw(OpenAiServers.SSE_HEAD);
                            wire.chunk(event("{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"model\":\"m\","
                                    + "\"choices\":[{\"index\":0,\"text\":\"Hello\",\"finish_reason\":\"stop\"}]}"));
                            wire.chunk("data: [DONE]\n\n");
                            wire.raw("0\r\n\r\n");
                        },
                        fixed(
                                200,
                                "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                                    + "\"embedding\":[0.5,-1]}],\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}"));
                var proxy = new RunningProxy(upstream.url())) {
            var text = proxy.ask("POST", "/v1/completions", "{\"model\":\"m\",\"prompt\":\"Hi\"}");
            assertThat(text.json().at("/choices/0/text").asText()).isEqualTo("Hello");
            assertThat(upstream.request().head()).startsWith("POST /v1/completions ");
            var vectors = proxy.ask("POST", "/v1/embeddings", "{\"model\":\"m\",\"input\":\"Hi\"}");
            assertThat(vectors.json().at("/data/0/embedding/1").asDouble()).isEqualTo(-1);
            assertThat(upstream.request().head()).startsWith("POST /v1/embeddings ");
            assertThat(proxy.accessJson().path("path").asText()).isEqualTo("/v1/completions");
            assertThat(proxy.accessJson().path("promptTokens").asInt()).isEqualTo(2);
        }
    }

    @Test
    void bothServersOwnErrorsKeepStatusAndSentence() throws Exception {
        String llamaServer = "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\","
                + "\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9000,\"n_ctx\":4096}}";
        String vllm = "{\"error\":{\"message\":\"This model's maximum context length is 4096 tokens.\","
                + "\"type\":\"BadRequestError\",\"param\":null,\"code\":400}}";
        try (var upstream = new ScriptedUpstream(openAi("m"), fixed(400, llamaServer), fixed(400, vllm));
                var proxy = new RunningProxy(upstream.url())) {
            var first = proxy.chat(RunningProxy.CHAT);
            assertThat(first.status()).isEqualTo(400);
            assertThat(first.json().at("/error/code").asText()).isEqualTo("context_length_exceeded");
            var second = proxy.chat(RunningProxy.STREAM);
            assertThat(second.status()).isEqualTo(400);
            assertThat(second.json().at("/error/message").asText()).contains("maximum context length is 4096");
        }
    }

    @Test
    void anErrorEventInTheMiddleReachesTheCaller() throws Exception {
        var read = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(openAi("m"), wire -> {
                    wire.raw(OpenAiServers.SSE_HEAD);
                    wire.chunk(delta("{\"content\":\"one\"}", "null"));
                    assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
                    wire.chunk(event("{\"error\":{\"message\":\"EngineCore died\",\"code\":500}}"));
                    wire.raw("0\r\n\r\n");
                });
                var proxy = new RunningProxy(upstream.url());
                var client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            RunningProxy.Answer.readHead(client.getInputStream());
            RunningProxy.Answer.readChunk(client.getInputStream());
            read.countDown();
            String event = new String(
                    RunningProxy.Answer.readChunk(client.getInputStream()), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(event).startsWith("data: {\"error\":").contains("EngineCore died");
        }
    }

    @Test
    void aHeadThatComesBeforePrefillHasTheFirstBytesDeadlineNotThatOfSilence() throws Exception {
        try (var upstream = new ScriptedUpstream(openAi("m"), wire -> {
                    wire.raw(OpenAiServers.SSE_HEAD);
                    // Longer than the silence that is allowed later.
                    java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(900));
                    wire.chunk(delta("{\"content\":\"late\"}", "null") + delta("{}", "\"stop\"") + event("[DONE]"));
                    wire.raw("0\r\n\r\n");
                });
                var proxy = new RunningProxy(upstream.url(), "--silence-timeout", "300ms")) {
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("late");
        }
    }

    @Test
    void commentsThatKeepAConnectionAliveAreNoText() throws Exception {
        try (var upstream = new ScriptedUpstream(openAi("m"), wire -> {
                    wire.raw(OpenAiServers.SSE_HEAD);
                    wire.chunk(": ping\n\n");
                    wire.chunk(delta("{\"content\":\"Hi\"}", "\"stop\"") + event("[DONE]"));
                    wire.raw("0\r\n\r\n");
                });
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.CHAT)
                            .json()
                            .at("/choices/0/message/content")
                            .asText())
                    .isEqualTo("Hi");
        }
    }

    @Test
    void bytesThatDribbleAreTheSameAnswer() throws Exception {
        String body = delta("{\"content\":\"你好 🦙\"}", "null") + delta("{}", "\"stop\"") + event("[DONE]");
        try (var upstream = new ScriptedUpstream(openAi("m"), wire -> {
                    wire.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: "
                            + body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length + "\r\n\r\n");
                    wire.dribble(body);
                });
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.STREAM).body())
                    .contains("\"content\":\"你好 🦙\"")
                    .endsWith("data: [DONE]\n\n");
        }
    }
}
