package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that break: at the page, at the proxy, at the gateway. Each goes on to the text that it would have had. */
class ResumeTest {
    private static final String KEY = "session-0001";
    private static final String WHOLE = "Once upon a time 你好 there was 🦙 the end.";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final List<TestBrowser> browsers = new ArrayList<>();
    private RunningGateway gateway;

    @AfterEach
    void stop() {
        goOn.countDown();
        browsers.forEach(TestBrowser::close);
        if (gateway != null) {
            gateway.close();
        }
        proxy.close();
    }

    private void start(String... more) {
        gateway = RunningGateway.start(proxy.address(), data, more);
    }

    private TestBrowser browser() {
        var browser = TestBrowser.connect(gateway.webSocket());
        browsers.add(browser);
        return browser;
    }

    private TestBrowser watching() throws InterruptedException {
        TestBrowser browser = browser();
        browser.granted("chat.history", "sessionKey", KEY);
        return browser;
    }

    private static String ask(TestBrowser browser) throws InterruptedException {
        return browser.granted("chat.send", "sessionKey", KEY, "message", "A story", "idempotencyKey", "question-1")
                .get("turnId")
                .asText();
    }

    /** The answer, cut into pieces otherwise at each attempt, and broken off in the middle at all but the last. */
    private void breaks(int times) {
        proxy.answers((request, reply) -> {
            int attempt = asked.incrementAndGet();
            reply.begin().reasoning("hm ").reasoning("well");
            String[] pieces = WHOLE.split(attempt % 2 == 0 ? "(?<=\\s)" : "(?<=\\G.{3})");
            for (int i = 0; i < pieces.length; i++) {
                if (attempt <= times && i == 3 * attempt) {
                    return;
                }
                reply.content(pieces[i]);
            }
            reply.end(7, pieces.length);
        });
    }

    @Test
    void anAnswerThatBreaksOffIsAskedForAgainAndNothingIsToldTwice() throws InterruptedException {
        start("--retry-for", "60s");
        breaks(2);
        TestBrowser browser = watching();
        String turn = ask(browser);
        JsonNode resuming = browser.awaitEvent("turn.resuming");
        assertThat(resuming.get("attempt").asInt()).isEqualTo(2);
        assertThat(resuming.get("errorCode").asText()).isEqualTo("ANSWER_BROKEN");
        JsonNode answer = browser.awaitEvent("turn.ended").get("answer");
        assertThat(answer.get("content").asText()).isEqualTo(WHOLE);
        assertThat(answer.get("reasoning").asText()).isEqualTo("hm well");
        assertThat(answer.at("/turn/state").asText()).isEqualTo("DONE");
        assertThat(answer.at("/turn/attempts").asInt()).isEqualTo(3);
        assertThat(browser.text(turn)).isEqualTo("hm well" + WHOLE);
    }

    @Test
    void eachAttemptIsAskedInTheSameWayWithTheSameSeed() throws InterruptedException {
        start("--retry-for", "60s");
        breaks(1);
        TestBrowser browser = watching();
        ask(browser);
        browser.awaitEvent("turn.ended");
        String first = proxy.nextRequest().body();
        assertThat(first).contains("\"seed\":");
        assertThat(proxy.nextRequest().body()).isEqualTo(first);
    }

    @Test
    void aSecondAnswerThatDiffersTakesThePlaceOfTheFirst() throws InterruptedException {
        start("--retry-for", "60s");
        proxy.answers((request, reply) -> {
            reply.begin().content("The first ");
            if (asked.incrementAndGet() == 1) {
                reply.content("try");
                return;
            }
            reply.content("second ").content("one").end(1, 1);
        });
        TestBrowser browser = watching();
        ask(browser);
        JsonNode reset = browser.awaitEvent("turn.reset");
        assertThat(reset.at("/answer/content").asText()).isEqualTo("The first second ");
        JsonNode ended = browser.awaitEvent("turn.ended");
        assertThat(ended.at("/answer/content").asText()).isEqualTo("The first second one");
        assertThat(ended.get("seq").asLong()).isGreaterThan(reset.get("seq").asLong());
        assertThat(browser.granted("chat.history", "sessionKey", KEY)
                        .at("/messages/1/content")
                        .asText())
                .isEqualTo("The first second one");
    }

    @Test
    void aSecondAnswerThatEndsEarlierTakesThePlaceOfTheFirst() throws InterruptedException {
        start("--retry-for", "60s");
        proxy.answers((request, reply) -> {
            reply.begin().content("One two");
            if (asked.incrementAndGet() == 1) {
                reply.content(" three");
                return;
            }
            reply.end(1, 1);
        });
        TestBrowser browser = watching();
        ask(browser);
        browser.awaitEvent("turn.reset");
        assertThat(browser.awaitEvent("turn.ended").at("/answer/content").asText())
                .isEqualTo("One two");
    }

    @Test
    void aProxyThatComesBackIsAskedAgainAlsoBeforeTheFirstWord() throws InterruptedException {
        start("--retry-for", "60s");
        int port = proxy.port();
        proxy.close();
        TestBrowser browser = watching();
        ask(browser);
        assertThat(browser.awaitEvent("turn.resuming").get("errorCode").asText())
                .isEqualTo("PROXY_UNREACHABLE");
        try (var again = new ScriptedProxy(port)) {
            again.answers((request, reply) -> reply.answer(WHOLE));
            assertThat(browser.awaitEvent("turn.ended").at("/answer/content").asText())
                    .isEqualTo(WHOLE);
        }
    }

    @Test
    void aQuestionThatAlwaysBreaksTheServerIsGivenUpWithItsText() throws InterruptedException {
        start("--retry-for", "1h");
        proxy.answers((request, reply) -> {
            asked.incrementAndGet();
            reply.begin().content("Always the same");
        });
        TestBrowser browser = watching();
        ask(browser);
        JsonNode answer = browser.awaitEvent("turn.ended").get("answer");
        assertThat(answer.at("/turn/state").asText()).isEqualTo("FAILED");
        assertThat(answer.at("/turn/errorCode").asText()).isEqualTo("ANSWER_BROKEN");
        assertThat(answer.get("content").asText()).isEqualTo("Always the same");
        assertThat(asked.get()).isBetween(3, 10);
    }

    @Test
    void aStopEndsTheWaitForTheNextAttempt() throws InterruptedException {
        start("--retry-for", "1h");
        int port = proxy.port();
        proxy.close();
        assertThat(port).isPositive();
        TestBrowser browser = watching();
        String turn = ask(browser);
        browser.awaitEvent("turn.resuming");
        browser.granted("chat.stop", "turnId", turn);
        assertThat(browser.awaitEvent("turn.ended").at("/answer/turn/state").asText())
                .isEqualTo("STOPPED");
    }

    @Test
    void aPageThatComesBackGetsTheRestAfterItsCursor() throws InterruptedException {
        start();
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("hm").content("first ").content("half, ");
            goOn.await(20, TimeUnit.SECONDS);
            reply.content("second half").end(3, 3);
        });
        TestBrowser first = watching();
        String turn = ask(first);
        first.awaitText("hmfirst half, ");
        first.kill();
        TestBrowser second = browser();
        JsonNode rest = second.granted("chat.resume", "sessionKey", KEY, "turnId", turn, "seq", 2);
        assertThat(rest.get("reset").asBoolean()).isFalse();
        assertThat(rest.get("content").asText()).isEqualTo("half, ");
        assertThat(rest.get("reasoning").asText()).isEmpty();
        assertThat(rest.get("seq").asInt()).isEqualTo(3);
        goOn.countDown();
        assertThat(second.awaitEvent("turn.delta").get("seq").asInt()).isEqualTo(4);
        second.awaitEvent("turn.ended");
        JsonNode over = second.granted("chat.resume", "sessionKey", KEY, "turnId", turn, "seq", 3);
        assertThat(over.get("reset").asBoolean()).isTrue();
        assertThat(over.get("state").asText()).isEqualTo("DONE");
        assertThat(over.at("/answer/content").asText()).isEqualTo("first half, second half");
        assertThat(second.ask("chat.resume", "sessionKey", KEY, "turnId", "no-such-turn", "seq", 0)
                        .at("/error/code")
                        .asText())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void aGatewayThatStartsAgainTakesItsRunsUp() throws InterruptedException {
        start();
        var release = new CountDownLatch(1);
        proxy.answers((request, reply) -> {
            reply.begin().content("Once upon ");
            if (asked.incrementAndGet() == 1) {
                release.await(20, TimeUnit.SECONDS);
                return;
            }
            goOn.await(20, TimeUnit.SECONDS);
            reply.content("a time").end(3, 4);
        });
        TestBrowser browser = watching();
        String turn = ask(browser);
        browser.awaitText("Once upon ");
        gateway.close();
        release.countDown();
        assertThat(browser.awaitClose()).startsWith("1001");
        start("--retry-for", "60s");
        TestBrowser second = watching();
        JsonNode rest = second.granted("chat.resume", "sessionKey", KEY, "turnId", turn, "seq", 1);
        assertThat(rest.get("reset").asBoolean())
                .as("a cursor of the former gateway proves nothing")
                .isTrue();
        assertThat(rest.at("/answer/content").asText()).isEqualTo("Once upon ");
        assertThat(rest.get("state").asText()).isEqualTo("RUNNING");
        goOn.countDown();
        assertThat(second.awaitEvent("turn.ended").at("/answer/content").asText())
                .isEqualTo("Once upon a time");
        assertThat(second.text(turn)).isEqualTo("a time");
        JsonNode same =
                second.granted("chat.send", "sessionKey", KEY, "message", "A story", "idempotencyKey", "question-1");
        assertThat(same.get("turnId").asText()).isEqualTo(turn);
        assertThat(same.get("state").asText()).isEqualTo("DONE");
    }

    @Test
    void aRunThatIsTooOldOrEndedTheGatewayTooOftenIsClosedAsInterrupted() throws InterruptedException, SQLException {
        for (String old : List.of("UPDATE messages SET created_at = 0", "UPDATE turns SET attempts = 100")) {
            start();
            proxy.answers((request, reply) -> {
                reply.begin().content("So far");
                goOn.await(20, TimeUnit.SECONDS);
            });
            TestBrowser browser = watching();
            String key = "question-" + old.length();
            browser.granted("chat.send", "sessionKey", KEY, "message", "A story", "idempotencyKey", key);
            browser.awaitText("So far");
            gateway.close();
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("chats.db"));
                    var statement = connection.createStatement()) {
                assertThat(statement.executeUpdate(old)).isPositive();
            }
            start();
            JsonNode messages =
                    browser().granted("chat.history", "sessionKey", KEY).get("messages");
            JsonNode answer = messages.get(messages.size() - 1);
            assertThat(answer.at("/turn/state").asText()).as(old).isEqualTo("INTERRUPTED");
            assertThat(answer.get("content").asText()).isEqualTo("So far");
            gateway.close();
        }
        gateway = null;
    }
}
