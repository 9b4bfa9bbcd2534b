package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Page, health and pass-through over real sockets. */
class HttpSurfaceTest {
    private static final String COMPLETIONS = "/v1/chat/completions";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final HttpClient http = HttpClient.newHttpClient();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(proxy.address(), data);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        http.shutdownNow();
        gateway.close();
        proxy.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.http(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest completion(String body) {
        return HttpRequest.newBuilder(gateway.http(COMPLETIONS))
                .header("Content-Type", "application/json")
                .header("X-Request-ID", "my-own-id")
                .header("Authorization", "Bearer sk-mine")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    /** Sends bytes as they are and reads until the gateway closes. */
    private String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void thePageComesWithItsGuards() throws IOException, InterruptedException {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("cache-control")).contains("no-cache");
        assertThat(page.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("connect-src 'self'")
                .contains("require-trusted-types-for 'script'")
                .doesNotContain("unsafe");
        String tag = page.headers().firstValue("etag").orElseThrow();
        assertThat(get("/", "If-None-Match", tag).statusCode()).isEqualTo(304);
        var script = Pattern.compile("src=\"(/assets/app-\\w+\\.js)\"").matcher(page.body());
        assertThat(script.find()).isTrue();
        HttpResponse<String> asset = get(script.group(1), "Accept-Encoding", "gzip, br");
        assertThat(asset.statusCode()).isEqualTo(200);
        assertThat(asset.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(asset.headers().firstValue("cache-control").orElseThrow()).contains("immutable");
    }

    @Test
    void onlyListedFilesAreServed() throws IOException, InterruptedException {
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/files.json").statusCode()).isEqualTo(404);
        String host = "Host: " + gateway.host() + "\r\nConnection: close\r\n\r\n";
        for (String path :
                new String[] {"/../pom.xml", "/assets/../files.json", "/%2e%2e/pom.xml", "/assets/%2e%2e%2ffiles.json"
                }) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\n" + host)).as(path).matches("(?s)HTTP/1.1 40[04].*");
        }
    }

    @Test
    void healthTellsVersionAndLoad() throws IOException, InterruptedException {
        JsonNode health = gateway.get("/healthz");
        assertThat(health.get("status").asText()).isEqualTo("ok");
        assertThat(health.get("version").asText()).matches("\\d+\\.\\d+.*");
        assertThat(health.get("runningTurns").asInt()).isZero();
    }

    @Test
    void foreignHostsAndPagesAreRefusedEverywhere() throws IOException, InterruptedException {
        for (String path : new String[] {"/", "/healthz", "/v1/models"}) {
            String start = "GET " + path + " HTTP/1.1\r\n";
            assertThat(raw(start + "Host: evil.example\r\n\r\n"))
                    .startsWith("HTTP/1.1 403")
                    .contains("allowed-origins");
            assertThat(raw(start + "Host: " + gateway.host() + "\r\nOrigin: https://evil.example\r\n\r\n"))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(raw("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: " + gateway.host()
                        + "\r\nOrigin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}"))
                .startsWith("HTTP/1.1 403");
        assertThat(proxy.unseenRequests()).isZero();
    }

    @Test
    void aRefusedBodyIsNotReadAsTheNextRequest() throws IOException {
        String hidden = "GET /healthz HTTP/1.1\r\nHost: " + gateway.host() + "\r\n\r\n";
        String answer = raw("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: evil.example\r\nContent-Length: "
                + hidden.length() + "\r\n\r\n" + hidden);
        assertThat(answer).startsWith("HTTP/1.1 403").containsOnlyOnce("HTTP/1.1");
        String both = raw("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: " + gateway.host()
                + "\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden);
        assertThat(both).startsWith("HTTP/1.1 400").containsOnlyOnce("HTTP/1.1");
    }

    @Test
    void aBodyInChunksPassesThroughWithoutTheirFrames() throws IOException, InterruptedException {
        proxy.answers((request, reply) -> reply.json(200, "{}"));
        String chunked = "POST " + COMPLETIONS + " HTTP/1.1\r\nHost: " + gateway.host()
                + "\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertThat(raw(chunked + "1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-Checksum: 1\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(proxy.nextRequest().body()).isEqualTo("{}");
        assertThat(raw(chunked + "2\r\n{}x\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("malformed chunked encoding")
                .containsOnlyOnce("HTTP/1.1");
    }

    /** A size, an extension, trailers: whatever has no end is cut after a few thousand bytes. */
    @ParameterizedTest
    @CsvSource({"'', 1", "1;, x", "0|, X-A: b|", "0|, x"})
    void framesWithoutEndEndTheConnection(String start, String more) throws IOException {
        byte[] flood = more.replace("|", "\r\n").repeat(8_000).getBytes(StandardCharsets.US_ASCII);
        try (var socket = new Socket("127.0.0.1", gateway.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: " + gateway.host()
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n" + start.replace("|", "\r\n"))
                    .getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 8_000; i++) {
                            out.write(flood);
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
        assertThat(raw("GET /healthz HTTP/1.1\r\nHost: " + gateway.host() + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(proxy.unseenRequests()).isZero();
    }

    @Test
    void aCompletionPassesThroughByteByByteWithItsId() throws IOException, InterruptedException {
        proxy.answers(
                (request, reply) -> reply.begin().content("你好").content("!").end(1, 2));
        HttpResponse<byte[]> answer = http.send(completion("{\"stream\":true}"), BodyHandlers.ofByteArray());
        ScriptedProxy.Request seen = proxy.nextRequest();
        assertThat(seen.body()).isEqualTo("{\"stream\":true}");
        assertThat(seen.headers())
                .containsEntry("x-request-id", "my-own-id")
                .containsEntry("authorization", "Bearer sk-mine")
                .containsEntry("content-type", "application/json");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(answer.headers().firstValue("x-request-id")).contains("my-own-id");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo("data: {\"choices\":[{\"delta\":{\"content\":\"你好\"}}]}\n\n"
                        + "data: {\"choices\":[{\"delta\":{\"content\":\"!\"}}]}\n\n"
                        + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"
                        + "data: [DONE]\n\n");
    }

    @Test
    void everyPieceArrivesBeforeTheNextIsMade() throws IOException, InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("first");
            goOn.await(20, TimeUnit.SECONDS);
            reply.content("second").end(1, 2);
        });
        HttpResponse<InputStream> answer = http.send(completion("{}"), BodyHandlers.ofInputStream());
        byte[] first = answer.body().readNBytes("data: {\"choices\":[{\"delta\":{\"content\":\"first\"}}]}".length());
        assertThat(new String(first, StandardCharsets.UTF_8)).contains("first");
        goOn.countDown();
        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                .contains("[DONE]");
    }

    @Test
    void refusalsAndModelsPassThroughAsTheyAre() throws IOException, InterruptedException {
        proxy.answers((request, reply) -> reply.json(400, "{\"error\":{\"message\":\"messages is missing\"}}"));
        HttpResponse<String> refused = http.send(completion("{}"), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).isEqualTo("{\"error\":{\"message\":\"messages is missing\"}}");
        assertThat(get("/v1/models").body())
                .isEqualTo("{\"object\":\"list\",\"data\":[{\"id\":\"test-model\",\"object\":\"model\"}]}");
    }

    @Test
    void aClientThatLeavesDuringPrefillEndsTheWorkAtTheProxy() throws IOException, InterruptedException {
        var hungUp = new CountDownLatch(1);
        proxy.answers((request, reply) -> {
            if (reply.awaitHangUp()) {
                hungUp.countDown();
            }
        });
        try (var socket = new Socket("127.0.0.1", gateway.port())) {
            socket.getOutputStream()
                    .write(("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: " + gateway.host()
                                    + "\r\nContent-Length: 2\r\n\r\n{}")
                            .getBytes(StandardCharsets.UTF_8));
            proxy.nextRequest();
        }
        assertThat(hungUp.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClientThatLeavesInTheMiddleEndsTheWorkAtTheProxy() throws IOException, InterruptedException {
        var hungUp = new CountDownLatch(1);
        proxy.answers((request, reply) -> {
            reply.begin().content("first");
            if (reply.awaitHangUp()) {
                hungUp.countDown();
            }
        });
        try (var socket = new Socket("127.0.0.1", gateway.port())) {
            socket.getOutputStream()
                    .write(("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: " + gateway.host()
                                    + "\r\nContent-Length: 2\r\n\r\n{}")
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        assertThat(hungUp.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aProxyThatIsDownIsA502InOpenAisShape() throws IOException, InterruptedException {
        proxy.close();
        HttpResponse<String> answer = http.send(completion("{}"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("x-request-id")).contains("my-own-id");
        assertThat(answer.body())
                .contains("\"code\":\"proxy_unreachable\"")
                .contains("connection refused")
                .contains("./llamero up");
    }

    @Test
    void aCutAnswerIsCutForTheClientToo() {
        proxy.answers((request, reply) -> reply.begin().content("half"));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> http.send(completion("{}"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }
}
