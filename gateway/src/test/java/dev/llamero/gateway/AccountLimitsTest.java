package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.access.Accounts;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.ws.Browsers;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one account may hold at once, so that the others have room: open pages and running answers. */
class AccountLimitsTest {
    private static final String GRANTED = "HTTP/1.1 101";
    private static final String NO_ROOM = "HTTP/1.1 503";
    /** Masked, as a client's frames must be, and empty. */
    private static final byte[] CLOSE_FRAME = {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0};

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();
    private RunningGateway gateway;
    private String anna;
    private String bert;
    private String carl;

    @BeforeEach
    void start() {
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            anna = accounts.add("anna");
            bert = accounts.add("bert");
            carl = accounts.add("carl");
        }
        gateway = RunningGateway.start(proxy.address(), data);
    }

    @AfterEach
    void stop() throws IOException {
        goOn.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        gateway.close();
        proxy.close();
    }

    /** Opens a page by hand, and gives the status of the upgrade; the socket stays open if it is granted. */
    private String open(String token) throws IOException {
        var socket = new Socket("127.0.0.1", gateway.port());
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET /ws HTTP/1.1\r\nHost: " + gateway.host() + "\r\nAuthorization: Bearer " + token
                                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 101".length()), StandardCharsets.US_ASCII);
    }

    private void awaitPages(int pages) throws IOException, InterruptedException {
        var health = HttpRequest.newBuilder(gateway.http("/healthz"))
                .header("Authorization", "Bearer " + carl)
                .build();
        try (var http = HttpClient.newHttpClient()) {
            long end = System.nanoTime() + RunningGateway.PATIENCE.toNanos();
            String wanted = "\"pages\":" + pages + "\\b";
            String answer = "";
            while (!Pattern.compile(wanted).matcher(answer).find()) {
                assertThat(System.nanoTime())
                        .as("pages never became " + pages + ": " + answer)
                        .isLessThan(end);
                answer = http.send(health, HttpResponse.BodyHandlers.ofString()).body();
            }
        }
    }

    @Test
    void theOpenPagesOfOneAccountEndWhereTheyLeaveRoomForOthers() throws IOException, InterruptedException {
        int most = Browsers.SOCKETS_OF_ONE_MAX;
        for (int i = 0; i < most; i++) {
            assertThat(open(anna)).as("page %d", i).isEqualTo(GRANTED);
        }
        awaitPages(most);
        assertThat(open(anna)).isEqualTo(NO_ROOM);
        assertThat(open(bert)).isEqualTo(GRANTED);
        awaitPages(most + 1);
        sockets.getFirst().getOutputStream().write(CLOSE_FRAME);
        awaitPages(most);
        assertThat(open(anna)).isEqualTo(GRANTED);
        awaitPages(most + 1);
        assertThat(open(anna)).isEqualTo(NO_ROOM);
    }

    @Test
    void theRunningAnswersOfOneAccountEndWhereTheyLeaveRoomForOthers() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("half");
            goOn.await();
            reply.end(1, 1);
        });
        try (var annas = as(anna);
                var berts = as(bert);
                var carls = as(carl)) {
            List<JsonNode> turns = new ArrayList<>();
            for (int i = 0; i < Chats.RUNNING_TURNS_OF_ONE_MAX; i++) {
                turns.add(asked(annas, "annas-chat-" + i).get("payload"));
            }
            assertThat(turns).doesNotContainNull();
            assertBusy(
                    asked(annas, "annas-next-chat"),
                    Chats.RUNNING_TURNS_OF_ONE_MAX + " answers of yours are on their way already");
            for (int i = 0; i < Chats.RUNNING_TURNS_MAX - Chats.RUNNING_TURNS_OF_ONE_MAX; i++) {
                assertThat(asked(berts, "berts-chat-" + i).get("ok").asBoolean())
                        .isTrue();
            }
            assertBusy(
                    asked(carls, "carls-chat-0"), Chats.RUNNING_TURNS_MAX + " answers are on their way already; wait");

            String first = turns.getFirst().get("turnId").asText();
            annas.granted("chat.history", "sessionKey", "annas-chat-0");
            annas.granted("chat.stop", "turnId", first);
            annas.await(
                    "end of " + first,
                    message -> message.path("event").asText().equals("turn.ended")
                            && message.at("/payload/turnId").asText().equals(first));
            assertThat(asked(carls, "carls-chat-0").get("ok").asBoolean()).isTrue();
        }
    }

    private TestBrowser as(String token) {
        return TestBrowser.connect(gateway.webSocket(), null, "Authorization", "Bearer " + token);
    }

    private static JsonNode asked(TestBrowser page, String sessionKey) throws InterruptedException {
        return page.ask("chat.send", "sessionKey", sessionKey, "message", "Hi", "idempotencyKey", "of-" + sessionKey);
    }

    private static void assertBusy(JsonNode response, String message) {
        assertThat(response.at("/error/code").asText()).as(response.toString()).isEqualTo("BUSY");
        assertThat(response.at("/error/message").asText()).contains(message);
        assertThat(response.at("/error/retryable").asBoolean()).isTrue();
    }
}
