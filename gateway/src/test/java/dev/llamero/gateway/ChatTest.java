package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations over real sockets, with a scripted proxy behind: turns, their events, their ends. */
class ChatTest {
    private static final String KEY = "session-0001";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<TestBrowser> browsers = new ArrayList<>();
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(proxy.address(), data);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        browsers.forEach(TestBrowser::close);
        gateway.close();
        proxy.close();
    }

    private TestBrowser browser() {
        var browser = TestBrowser.connect(gateway.webSocket());
        browsers.add(browser);
        return browser;
    }

    /** A browser that looks at the conversation. */
    private TestBrowser watching() throws InterruptedException {
        TestBrowser browser = browser();
        browser.granted("chat.history", "sessionKey", KEY);
        return browser;
    }

    private static JsonNode send(TestBrowser browser, String message, String key) throws InterruptedException {
        return browser.granted("chat.send", "sessionKey", KEY, "message", message, "idempotencyKey", key);
    }

    private void answerInTwoHalves() {
        proxy.answers((request, reply) -> {
            reply.begin().content("first ").content("half, ");
            goOn.await(20, TimeUnit.SECONDS);
            reply.content("second half").end(3, 3);
        });
    }

    @Test
    void deltasAreNumberedWithoutAGapAndTheEndHasTheWholeMessage() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("hm").content("Hello ").content("你好 🦙");
            reply.end(11, 4);
        });
        TestBrowser browser = watching();
        String turnId = send(browser, "Hi", "question-1").get("turnId").asText();
        JsonNode ended = browser.awaitEvent("turn.ended");
        var seqs = new ArrayList<Integer>();
        browser.await("three deltas", message -> {
            if (message.path("event").asText().equals("turn.delta")) {
                seqs.add(message.at("/payload/seq").asInt());
            }
            return seqs.size() == 3;
        });
        assertThat(seqs).containsExactly(1, 2, 3);
        assertThat(ended.get("turnId").asText()).isEqualTo(turnId);
        assertThat(ended.get("seq").asInt()).isEqualTo(3);
        assertThat(ended.at("/answer/content").asText()).isEqualTo("Hello 你好 🦙");
        assertThat(ended.at("/answer/reasoning").asText()).isEqualTo("hm");
        assertThat(ended.at("/answer/turn/state").asText()).isEqualTo("DONE");
        assertThat(ended.at("/answer/turn/model").asText()).isEqualTo("test-model");
        assertThat(ended.at("/answer/turn/statistics/promptTokens").asInt()).isEqualTo(11);
        assertThat(ended.at("/answer/turn/statistics/completionTokens").asInt()).isEqualTo(4);
    }

    @Test
    void theProxyIsAskedWithTheConversationAndTheRequestIdButWithoutTheThinking() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("secret thoughts").content("One.");
            reply.end(1, 1);
        });
        TestBrowser browser = watching();
        send(browser, "First", "question-1");
        browser.awaitEvent("turn.ended");
        proxy.nextRequest();
        JsonNode ack = send(browser, "Second", "question-2");
        ScriptedProxy.Request second = proxy.nextRequest();
        assertThat(second.path()).isEqualTo("/v1/chat/completions");
        assertThat(second.headers()).containsEntry("x-session-id", KEY);
        assertThat(second.headers().get("x-request-id"))
                .isEqualTo(ack.get("turnId").asText());
        assertThat(second.json().get("stream").asBoolean()).isTrue();
        assertThat(second.json().get("model").asText()).isEqualTo("test-model");
        assertThat(second.json().get("messages").toString())
                .isEqualTo("[{\"role\":\"user\",\"content\":\"First\"},{\"role\":\"assistant\",\"content\":\"One.\"},"
                        + "{\"role\":\"user\",\"content\":\"Second\"}]");
    }

    @Test
    void theModelIsTheOneAskedForOrTheFirstThatCanChat() throws InterruptedException {
        proxy.lists("{\"data\":[{\"id\":\"nomic-embed-text\"},{\"id\":\"qwen3:4b\"},{\"id\":\"gemma3\"}]}");
        TestBrowser browser = watching();
        assertThat(browser.granted("models.list").get("model").asText()).isEqualTo("qwen3:4b");
        send(browser, "First", "question-1");
        browser.awaitEvent("turn.ended");
        assertThat(proxy.nextRequest().json().get("model").asText()).isEqualTo("qwen3:4b");
        browser.granted(
                "chat.send", "sessionKey", KEY, "message", "x", "idempotencyKey", "question-2", "model", "gemma3");
        assertThat(proxy.nextRequest().json().get("model").asText()).isEqualTo("gemma3");
    }

    @Test
    void aTurnGoesOnWhileNobodyLooksAndIsTakenUpInTheMiddle() throws InterruptedException {
        answerInTwoHalves();
        TestBrowser first = watching();
        send(first, "Hi", "question-1");
        first.awaitText("first half, ");
        first.kill();
        TestBrowser second = browser();
        JsonNode history = second.granted("chat.history", "sessionKey", KEY);
        assertThat(history.at("/messages/1/content").asText()).isEqualTo("first half, ");
        assertThat(history.at("/messages/1/turn/state").asText()).isEqualTo("RUNNING");
        assertThat(history.get("seq").asInt()).isEqualTo(2);
        goOn.countDown();
        JsonNode delta = second.awaitEvent("turn.delta");
        assertThat(delta.get("seq").asInt()).isEqualTo(3);
        assertThat(second.awaitEvent("turn.ended").at("/answer/content").asText())
                .isEqualTo("first half, second half");
    }

    @Test
    void twoPagesSeeTheSame() throws InterruptedException {
        TestBrowser first = watching();
        TestBrowser second = watching();
        String turnId = send(first, "Hi", "question-1").get("turnId").asText();
        second.awaitEvent("turn.ended");
        first.awaitEvent("turn.ended");
        assertThat(second.text(turnId)).isEqualTo(first.text(turnId)).isEqualTo("Hello.");
        assertThat(second.awaitEvent("session.changed").at("/session/title").asText())
                .isEqualTo("Hi");
    }

    @Test
    void aPageThatLooksElsewhereGetsNoDeltas() throws InterruptedException {
        TestBrowser elsewhere = browser();
        elsewhere.granted("chat.history", "sessionKey", "another-session");
        TestBrowser browser = watching();
        String turnId = send(browser, "Hi", "question-1").get("turnId").asText();
        browser.awaitEvent("turn.ended");
        elsewhere.granted("ping");
        assertThat(elsewhere.text(turnId)).isEmpty();
    }

    @Test
    void aStopEndsTheWorkAtTheProxyAndKeepsTheText() throws InterruptedException {
        var hungUp = new CountDownLatch(1);
        proxy.answers((request, reply) -> {
            reply.begin().content("Once upon");
            if (reply.awaitHangUp()) {
                hungUp.countDown();
            }
        });
        TestBrowser browser = watching();
        String turnId = send(browser, "A story", "question-1").get("turnId").asText();
        browser.awaitText("Once upon");
        assertThat(browser.granted("chat.stop", "turnId", turnId).get("stopped").asBoolean())
                .isTrue();
        JsonNode ended = browser.awaitEvent("turn.ended");
        assertThat(ended.at("/answer/turn/state").asText()).isEqualTo("STOPPED");
        assertThat(ended.at("/answer/content").asText()).isEqualTo("Once upon");
        assertThat(hungUp.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(browser.granted("chat.stop", "turnId", turnId).get("stopped").asBoolean())
                .isFalse();
    }

    @Test
    void aStopBeforeTheFirstByteEndsTheWorkToo() throws InterruptedException {
        var hungUp = new CountDownLatch(1);
        proxy.answers((request, reply) -> {
            if (reply.awaitHangUp()) {
                hungUp.countDown();
            }
        });
        TestBrowser browser = watching();
        String turnId = send(browser, "Hi", "question-1").get("turnId").asText();
        proxy.nextRequest();
        browser.awaitEvent("turn.waiting");
        browser.granted("chat.stop", "turnId", turnId);
        assertThat(browser.awaitEvent("turn.ended").at("/answer/turn/state").asText())
                .isEqualTo("STOPPED");
        assertThat(hungUp.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theSameIdempotencyKeyAsksOnce() throws InterruptedException {
        TestBrowser browser = watching();
        JsonNode first = send(browser, "Hi", "question-1");
        browser.awaitEvent("turn.ended");
        JsonNode second = send(browser, "Hi", "question-1");
        assertThat(second.get("turnId")).isEqualTo(first.get("turnId"));
        assertThat(second.get("state").asText()).isEqualTo("DONE");
        assertThat(browser.granted("chat.history", "sessionKey", KEY).get("messages"))
                .hasSize(2);
        proxy.nextRequest();
        assertThat(proxy.unseenRequests()).isZero();
    }

    @Test
    void aSecondQuestionWhileTheFirstIsAnsweredIsRefusedInWords() throws InterruptedException {
        answerInTwoHalves();
        TestBrowser browser = watching();
        send(browser, "Hi", "question-1");
        JsonNode refused =
                browser.ask("chat.send", "sessionKey", KEY, "message", "More", "idempotencyKey", "question-2");
        assertThat(refused.at("/error/code").asText()).isEqualTo("BUSY");
        assertThat(refused.at("/error/retryable").asBoolean()).isTrue();
        assertThat(refused.at("/error/message").asText()).contains("stop it");
    }

    @Test
    void aProxyThatIsDownIsSaidToBeDown() throws InterruptedException {
        proxy.close();
        TestBrowser browser = watching();
        send(browser, "Hi", "question-1");
        JsonNode turn = browser.awaitEvent("turn.ended").at("/answer/turn");
        assertThat(turn.get("state").asText()).isEqualTo("FAILED");
        assertThat(turn.get("errorCode").asText()).isEqualTo("PROXY_UNREACHABLE");
        assertThat(turn.get("errorMessage").asText())
                .isEqualTo("The proxy at " + proxy.address() + " does not answer: connection refused.");
        assertThat(turn.get("errorRemedy").asText()).contains("./llamero up");
    }

    @Test
    void whatTheProxySaysOfTheInferenceServerReachesThePage() throws InterruptedException {
        proxy.answers((request, reply) -> reply.json(502, "{\"error\":{\"message\":\"connect refused by 11434\"}}"));
        TestBrowser browser = watching();
        send(browser, "Hi", "question-1");
        JsonNode turn = browser.awaitEvent("turn.ended").at("/answer/turn");
        assertThat(turn.get("errorCode").asText()).isEqualTo("INFERENCE_UNREACHABLE");
        assertThat(turn.get("errorMessage").asText()).endsWith("connect refused by 11434.");
    }

    @Test
    void anErrorInTheMiddleKeepsWhatCameBefore() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("So far");
            reply.event("{\"error\":{\"message\":\"out of memory\",\"type\":\"api_error\"}}");
            reply.raw("0\r\n\r\n");
        });
        TestBrowser browser = watching();
        send(browser, "Hi", "question-1");
        JsonNode answer = browser.awaitEvent("turn.ended").get("answer");
        assertThat(answer.get("content").asText()).isEqualTo("So far");
        assertThat(answer.at("/turn/errorCode").asText()).isEqualTo("MODEL_FAILED");
        assertThat(answer.at("/turn/errorMessage").asText()).endsWith("out of memory");
    }

    @Test
    void aCutStreamIsNotTakenForAWholeAnswer() throws InterruptedException {
        proxy.answers((request, reply) -> reply.begin().content("Half an ans"));
        TestBrowser browser = watching();
        send(browser, "Hi", "question-1");
        JsonNode answer = browser.awaitEvent("turn.ended").get("answer");
        assertThat(answer.get("content").asText()).isEqualTo("Half an ans");
        assertThat(answer.at("/turn/errorCode").asText()).isEqualTo("ANSWER_BROKEN");
    }

    @Test
    void aFailedAnswerCanBeAskedAgainAndTheNewOneTakesItsPlace() throws InterruptedException {
        proxy.answers((request, reply) -> reply.json(503, "{\"error\":\"loading\"}"));
        TestBrowser browser = watching();
        String failed = send(browser, "Hi", "question-1").get("turnId").asText();
        browser.awaitEvent("turn.ended");
        proxy.answers((request, reply) -> reply.answer("Now it works."));
        String again = browser.granted("chat.retry", "turnId", failed, "idempotencyKey", "question-1-again")
                .get("turnId")
                .asText();
        browser.await(
                "end of the second turn",
                message -> message.path("event").asText().equals("turn.ended")
                        && message.at("/payload/turnId").asText().equals(again));
        JsonNode messages = browser.granted("chat.history", "sessionKey", KEY).get("messages");
        assertThat(messages).hasSize(2);
        assertThat(messages.at("/1/content").asText()).isEqualTo("Now it works.");
        assertThat(messages.at("/1/siblings")).hasSize(2);
        JsonNode unknown = browser.ask("chat.retry", "turnId", "no-such-turn", "idempotencyKey", "question-1-third");
        assertThat(unknown.at("/error/code").asText()).isEqualTo("NOT_FOUND");
    }

    @Test
    void sessionsAreListedRenamedAndDeletedForAllPages() throws InterruptedException {
        TestBrowser first = watching();
        TestBrowser second = browser();
        send(first, "A question\nof two lines", "question-1");
        first.awaitEvent("turn.ended");
        assertThat(second.granted("sessions.list").at("/sessions/0/title").asText())
                .isEqualTo("A question");
        first.granted("sessions.rename", "sessionKey", KEY, "title", "Renamed");
        second.await(
                "new title",
                message -> message.at("/payload/session/title").asText().equals("Renamed"));
        first.granted("sessions.delete", "sessionKey", KEY);
        assertThat(second.awaitEvent("session.deleted").get("sessionKey").asText())
                .isEqualTo(KEY);
        assertThat(second.granted("chat.history", "sessionKey", KEY).get("messages"))
                .isEmpty();
        JsonNode refused = first.ask("sessions.rename", "sessionKey", KEY, "title", "Again");
        assertThat(refused.at("/error/code").asText()).isEqualTo("NOT_FOUND");
    }

    @Test
    void aLongConversationIsReadPageByPage() throws InterruptedException {
        TestBrowser browser = watching();
        for (int i = 1; i <= 3; i++) {
            String turnId = send(browser, "Question " + i, "question-" + i)
                    .get("turnId")
                    .asText();
            browser.await(
                    "end of turn " + i,
                    message -> message.path("event").asText().equals("turn.ended")
                            && message.at("/payload/turnId").asText().equals(turnId));
        }
        JsonNode newest = browser.granted("chat.history", "sessionKey", KEY, "limit", 2);
        assertThat(newest.get("messages").findValuesAsText("content")).containsExactly("Question 3", "Hello.");
        assertThat(newest.get("more").asBoolean()).isTrue();
        long before = newest.at("/messages/0/id").asLong();
        JsonNode earlier = browser.granted("chat.history", "sessionKey", KEY, "limit", 4, "before", before);
        assertThat(earlier.get("messages").findValuesAsText("content"))
                .containsExactly("Question 1", "Hello.", "Question 2", "Hello.");
        assertThat(earlier.get("more").asBoolean()).isFalse();
    }

    @Test
    void debugTellsOfAllLayers() throws InterruptedException {
        TestBrowser browser = watching();
        JsonNode layers = browser.granted("debug").get("layers");
        assertThat(layers).hasSize(3);
        assertThat(layers.at("/0/name").asText()).isEqualTo("gateway");
        assertThat(layers.at("/1/version").asText()).isEqualTo("9.9.9");
        assertThat(layers.at("/1/latencyMillis").asDouble()).isPositive();
        assertThat(layers.at("/2/version").asText()).isEqualTo("0.30.11");
    }

    @Test
    void aForeignPageIsRefused() {
        for (String origin : List.of("https://evil.example", "http://127.0.0.1:1", "null")) {
            assertThatThrownBy(() -> TestBrowser.connect(gateway.webSocket(), origin))
                    .hasStackTraceContaining("status code 403");
        }
        TestBrowser own = TestBrowser.connect(gateway.webSocket(), "http://" + gateway.host());
        browsers.add(own);
    }
}
