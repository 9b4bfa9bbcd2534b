package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of conversations over real sockets: pins, undo, settings, search, titles. */
class SessionsTest {
    private static final String KEY = "session-0001";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final List<TestBrowser> browsers = new ArrayList<>();
    private RunningGateway gateway;
    private int asked;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(proxy.address(), data);
    }

    @AfterEach
    void stop() {
        browsers.forEach(TestBrowser::close);
        gateway.close();
        proxy.close();
    }

    private TestBrowser watching(String key) throws InterruptedException {
        var browser = TestBrowser.connect(gateway.webSocket());
        browsers.add(browser);
        browser.granted("chat.history", "sessionKey", key);
        return browser;
    }

    /** Asks and waits for the end. */
    private void ask(TestBrowser browser, String key, String message) throws InterruptedException {
        String turn = browser.granted(
                        "chat.send", "sessionKey", key, "message", message, "idempotencyKey", "question-" + asked++)
                .get("turnId")
                .asText();
        awaitEnd(browser, turn);
    }

    private static void awaitEnd(TestBrowser browser, String turn) throws InterruptedException {
        browser.await(
                "end of " + turn,
                message -> message.path("event").asText().equals("turn.ended")
                        && message.at("/payload/turnId").asText().equals(turn));
    }

    private static String code(JsonNode refusal) {
        return refusal.at("/error/code").asText();
    }

    @Test
    void aPinnedChatComesFirst() throws InterruptedException {
        TestBrowser browser = watching(KEY);
        ask(browser, KEY, "Older");
        TestBrowser other = watching("session-0002");
        ask(other, "session-0002", "Newer");
        assertThat(browser.granted("sessions.list").get("sessions").findValuesAsText("title"))
                .containsExactly("Newer", "Older");
        browser.granted("sessions.pin", "sessionKey", KEY, "pinned", true);
        other.await(
                "the pin",
                message -> message.at("/payload/session/pinned").asBoolean()
                        && message.at("/payload/session/key").asText().equals(KEY));
        assertThat(browser.granted("sessions.list").get("sessions").findValuesAsText("title"))
                .containsExactly("Older", "Newer");
        browser.granted("sessions.pin", "sessionKey", KEY, "pinned", false);
        assertThat(browser.granted("sessions.list").at("/sessions/0/title").asText())
                .isEqualTo("Newer");
        assertThat(code(browser.ask("sessions.pin", "sessionKey", "no-session", "pinned", true)))
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void aDeletedChatIsHiddenEverywhereUntilItIsRestored() throws InterruptedException {
        TestBrowser browser = watching(KEY);
        ask(browser, KEY, "Something rare: quokka");
        assertThat(browser.granted("sessions.delete", "sessionKey", KEY)
                        .get("restoreMillis")
                        .asLong())
                .isPositive();
        browser.awaitEvent("session.deleted");
        assertThat(browser.granted("sessions.list").get("sessions")).isEmpty();
        assertThat(browser.granted("sessions.search", "query", "quokka").get("hits"))
                .isEmpty();
        assertThat(browser.granted("chat.history", "sessionKey", KEY).get("messages"))
                .isEmpty();
        assertThat(code(browser.ask(
                        "chat.send", "sessionKey", KEY, "message", "More", "idempotencyKey", "question-late")))
                .isEqualTo("NOT_FOUND");
        browser.granted("sessions.restore", "sessionKey", KEY);
        assertThat(browser.granted("chat.history", "sessionKey", KEY).get("messages"))
                .hasSize(2);
        assertThat(browser.granted("sessions.search", "query", "quokka").get("hits"))
                .isNotEmpty();
        assertThat(code(browser.ask("sessions.restore", "sessionKey", KEY))).isEqualTo("NOT_FOUND");
    }

    @Test
    void deletingStopsWhatRuns() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("Once");
            reply.awaitHangUp();
        });
        TestBrowser browser = watching(KEY);
        browser.granted("chat.send", "sessionKey", KEY, "message", "x", "idempotencyKey", "question-x");
        browser.awaitText("Once");
        browser.granted("sessions.delete", "sessionKey", KEY);
        assertThat(browser.awaitEvent("turn.ended").at("/answer/turn/state").asText())
                .isEqualTo("STOPPED");
    }

    private static Map<String, Object> settings() {
        var settings = new HashMap<String, Object>();
        for (String name : List.of("temperature", "topP", "topK", "seed", "contextTokens", "answerTokensMax")) {
            settings.put(name, null);
        }
        settings.put("model", "");
        settings.put("systemPrompt", "");
        settings.put("thinking", "default");
        return settings;
    }

    @Test
    void settingsGoWithEveryQuestionOfTheirChatAlone() throws InterruptedException {
        TestBrowser browser = watching(KEY);
        Map<String, Object> settings = settings();
        settings.putAll(Map.of(
                "model",
                "other-model",
                "systemPrompt",
                "Be brief.",
                "temperature",
                0.0,
                "topP",
                0.5,
                "topK",
                40,
                "seed",
                7,
                "contextTokens",
                8192,
                "answerTokensMax",
                100,
                "thinking",
                "off"));
        browser.granted("sessions.configure", "sessionKey", KEY, "settings", settings);
        assertThat(browser.granted("sessions.list").get("sessions"))
                .as("a chat without a message is in no list")
                .isEmpty();
        ask(browser, KEY, "Hi");
        JsonNode body = proxy.nextRequest().json();
        assertThat(body.get("model").asText()).isEqualTo("other-model");
        assertThat(body.at("/messages/0").toString()).isEqualTo("{\"role\":\"system\",\"content\":\"Be brief.\"}");
        assertThat(body.get("temperature").asDouble()).isZero();
        assertThat(body.get("top_p").asDouble()).isEqualTo(0.5);
        assertThat(body.get("top_k").asInt()).isEqualTo(40);
        assertThat(body.get("seed").asInt()).isEqualTo(7);
        assertThat(body.get("max_tokens").asInt()).isEqualTo(100);
        assertThat(body.at("/options/num_ctx").asInt()).isEqualTo(8192);
        assertThat(body.get("reasoning_effort").asText()).isEqualTo("none");
        JsonNode history = browser.granted("chat.history", "sessionKey", KEY);
        assertThat(history.at("/settings/topK").asInt()).isEqualTo(40);
        assertThat(history.at("/messages/1/turn/statistics/contextTokensMax").asInt())
                .isEqualTo(8192);
        assertThat(browser.granted("sessions.list").at("/sessions/0/title").asText())
                .isEqualTo("Hi");
        TestBrowser other = watching("session-0002");
        ask(other, "session-0002", "Hi");
        JsonNode plain = proxy.nextRequest().json();
        assertThat(plain.get("model").asText()).isEqualTo("test-model");
        assertThat(plain.has("temperature") || plain.has("options") || plain.has("reasoning_effort"))
                .isFalse();
    }

    @Test
    void aWrongSettingIsRefusedByName() throws InterruptedException {
        TestBrowser browser = watching(KEY);
        Map.of("temperature", 3, "topP", -1, "topK", 1.5, "contextTokens", 1, "thinking", "hard", "systemPrompt", 7)
                .forEach((name, value) -> {
                    Map<String, Object> settings = settings();
                    settings.put(name, value);
                    try {
                        JsonNode refused = browser.ask("sessions.configure", "sessionKey", KEY, "settings", settings);
                        assertThat(code(refused)).isEqualTo("INVALID_REQUEST");
                        assertThat(refused.at("/error/message").asText()).startsWith("settings." + name + " must be");
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static String snippet(JsonNode hit) {
        return StreamSupport.stream(hit.get("snippet").spliterator(), false)
                .map(part -> part.get("hit").asBoolean()
                        ? "[" + part.get("text").asText() + "]"
                        : part.get("text").asText())
                .reduce("", String::concat);
    }

    @Test
    void searchFindsWordsBeginningsAndChineseInAnswersQuestionsAndTitles() throws InterruptedException {
        TestBrowser browser = watching(KEY);
        proxy.answers((request, reply) -> reply.answer("Die Hauptstadt ist Zürich? Nein: 北京的天气很好。"));
        ask(browser, KEY, "Wie ist das Wetter");
        assertThat(snippet(hits(browser, "hauptst").get(0))).contains("[Hauptstadt]");
        assertThat(snippet(hits(browser, "zurich").get(0))).contains("[Zürich]");
        assertThat(snippet(hits(browser, "天气").get(0))).contains("北京的[天气]很好");
        assertThat(hits(browser, "气天")).isEmpty();
        JsonNode byTitle = hits(browser, "das wetter");
        assertThat(byTitle.get(0).get("messageId").asInt()).isZero();
        assertThat(snippet(byTitle.get(0))).isEqualTo("Wie ist [das Wetter]");
        assertThat(byTitle.get(1).get("role").asText()).isEqualTo("user");
        assertThat(hits(browser, "\" OR * NEAR( AND")).isEmpty();
        assertThat(hits(browser, "100% _ '; DROP TABLE messages; --")).isEmpty();
        assertThat(hits(browser, "hauptstadt wetter")).isEmpty();
    }

    private static JsonNode hits(TestBrowser browser, String query) throws InterruptedException {
        return browser.granted("sessions.search", "query", query).get("hits");
    }

    @Test
    void theModelGivesATitleAfterTheFirstAnswerAndAPersonsStays() throws InterruptedException {
        gateway.close();
        gateway = RunningGateway.start(proxy.address(), data, "--automatic-titles", "true");
        proxy.answers((request, reply) -> reply.answer(
                request.body().contains("Give the conversation") ? "\n**Title: Talk of llamas.**\nMore" : "Hello."));
        TestBrowser browser = watching(KEY);
        ask(browser, KEY, "Tell me of llamas");
        JsonNode titled = browser.await(
                "the model's title",
                message -> message.at("/payload/session/titleSource").asText().equals("MODEL"));
        assertThat(titled.at("/payload/session/title").asText()).isEqualTo("Talk of llamas");
        proxy.nextRequest();
        JsonNode asked = proxy.nextRequest().json();
        assertThat(asked.get("max_tokens").asInt()).isLessThanOrEqualTo(64);
        assertThat(asked.get("reasoning_effort").asText()).isEqualTo("none");
        browser.granted("sessions.rename", "sessionKey", KEY, "title", "Mine");
        ask(browser, KEY, "More");
        proxy.nextRequest();
        browser.granted("ping");
        assertThat(proxy.unseenRequests()).as("no title is asked for any more").isZero();
    }

    @Test
    void aTitleGivesWayToAQuestionAndTheFirstWordsStay() throws InterruptedException {
        gateway.close();
        gateway = RunningGateway.start(proxy.address(), data, "--automatic-titles", "true");
        var gaveWay = new java.util.concurrent.CountDownLatch(1);
        proxy.answers((request, reply) -> {
            if (request.body().contains("Give the conversation")) {
                reply.begin().content("A ti");
                if (reply.awaitHangUp()) {
                    gaveWay.countDown();
                }
            } else {
                reply.answer("Hello.");
            }
        });
        TestBrowser browser = watching(KEY);
        ask(browser, KEY, "First words");
        proxy.nextRequest();
        assertThat(proxy.nextRequest().body()).contains("Give the conversation");
        ask(browser, KEY, "A second question");
        assertThat(gaveWay.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        assertThat(browser.granted("sessions.list").at("/sessions/0/title").asText())
                .isEqualTo("First words");
    }
}
