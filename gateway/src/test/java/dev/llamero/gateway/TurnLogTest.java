package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's view: one line per turn without a word of it, and figures on a port of their own. */
class TurnLogTest {
    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final HttpClient http = HttpClient.newHttpClient();
    private RunningGateway gateway;

    @AfterEach
    void stop() {
        http.shutdownNow();
        gateway.close();
        proxy.close();
    }

    private void ask(String session, String idempotencyKey) throws InterruptedException {
        try (var page = TestBrowser.connect(gateway.webSocket())) {
            page.granted("chat.history", "sessionKey", session);
            page.granted("chat.send", "sessionKey", session, "message", "a secret", "idempotencyKey", idempotencyKey);
            page.awaitEvent("turn.ended");
        }
    }

    private HttpResponse<String> metrics(String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/metrics"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void everyTurnIsOneLineWithoutAWordOfIt() throws IOException, InterruptedException {
        Path log = data.resolve("turns.log");
        gateway = RunningGateway.start(proxy.address(), data, "--turn-log", log.toString());
        proxy.answers((request, reply) -> reply.begin().content("whispered").end(12, 3));
        ask("session-0001", "send-0001");
        proxy.answers((request, reply) -> reply.json(400, "{\"error\":{\"message\":\"no\"}}"));
        ask("session-0002", "send-0002");
        gateway.close();
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst())
                .contains(" user=local session=session-0001 turn=")
                .contains(" model=test-model outcome=done prompt_tokens=12 completion_tokens=3 ");
        assertThat(lines.getLast()).contains("session=session-0002").contains("outcome=failed error=REQUEST_REFUSED");
        assertThat(Files.readString(log)).doesNotContain("secret").doesNotContain("whispered");
    }

    @Test
    void figuresAreOnAPortOfTheirOwnAndForNoPage() throws IOException, InterruptedException {
        gateway = RunningGateway.start(proxy.address(), data);
        proxy.answers((request, reply) -> reply.begin().content("yes").end(12, 3));
        ask("session-0001", "send-0001");
        String text = metrics().body();
        assertThat(text)
                .contains("llamero_gateway_turns_total{outcome=\"done\"} 1\n")
                .contains("llamero_gateway_turns_total{outcome=\"failed\"} 0\n")
                .contains("llamero_gateway_prompt_tokens_total 12\n")
                .contains("llamero_gateway_completion_tokens_total 3\n")
                .contains("llamero_gateway_turn_seconds_bucket{le=\"+Inf\"} 1\n")
                .contains("llamero_gateway_turn_seconds_count 1\n")
                .contains("# TYPE llamero_gateway_turns_running gauge\n")
                .doesNotContain("session-0001")
                .doesNotContain("secret");
        assertThat(metrics("Origin", "https://evil.example").statusCode()).isEqualTo(403);
        assertThat(metrics("Origin", "http://" + gateway.host()).statusCode()).isEqualTo(403);
        var onTheOtherPort = HttpRequest.newBuilder(gateway.http("/metrics")).build();
        assertThat(http.send(onTheOtherPort, BodyHandlers.ofString()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void figuresCanBeSwitchedOff() {
        gateway = RunningGateway.start(proxy.address(), data, "--admin-port", "off");
        assertThat(gateway.adminPort()).isEqualTo(-1);
    }
}
