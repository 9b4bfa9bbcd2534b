package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.access.Accounts;
import dev.llamero.gateway.chat.TurnTimes;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request that names something is tried by somebody else with the right names, and changes and shows nothing. */
class OwnersTest {
    private static final String KEY = "session-of-anna";
    private static final String SECRET = "the secret of anna";
    /** Requests that name nothing of a person's. */
    private static final Set<String> NAMELESS =
            Set.of("hello", "ping", "sessions.list", "models.list", "debug", "models.pull", "models.pullStop");

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final List<TestBrowser> pages = new ArrayList<>();
    private RunningGateway gateway;
    private TestBrowser anna;
    private TestBrowser bert;

    @BeforeEach
    void start() {
        String annasToken;
        String bertsToken;
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            annasToken = accounts.add("anna");
            bertsToken = accounts.add("bert");
        }
        gateway = RunningGateway.start(proxy.address(), data);
        anna = as(annasToken);
        bert = as(bertsToken);
    }

    private TestBrowser as(String token) {
        var page = TestBrowser.connect(gateway.webSocket(), null, "Authorization", "Bearer " + token);
        pages.add(page);
        return page;
    }

    @AfterEach
    void stop() {
        pages.forEach(TestBrowser::close);
        gateway.close();
        proxy.close();
    }

    private JsonNode annaAsks() throws InterruptedException {
        anna.granted("chat.history", "sessionKey", KEY);
        JsonNode turn = anna.granted(
                "chat.send",
                "sessionKey",
                KEY,
                "message",
                SECRET,
                "idempotencyKey",
                "question-of-anna",
                "attachments",
                List.of(Map.of("name", "a.txt", "mediaType", "text/plain", "text", SECRET)));
        anna.awaitEvent("turn.ended");
        return turn;
    }

    private JsonNode state() throws InterruptedException {
        return anna.granted("chat.history", "sessionKey", KEY);
    }

    @Test
    void nothingOfAnothersIsShownOrChanged() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content(SECRET);
            reply.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}");
            reply.event("[DONE]");
            reply.raw("0\r\n\r\n");
        });
        JsonNode turn = annaAsks();
        anna.granted("sessions.import", "importKey", "import-of-anna", "part", 0, "last", false, "text", "## User\n");
        JsonNode before = state();
        Map<String, Object[]> tries = tries(turn);
        assertThat(tries.keySet())
                .as("every request that names something is tried")
                .containsExactlyInAnyOrderElementsOf(ProtocolSchema.names("requests").stream()
                        .filter(name -> !NAMELESS.contains(name))
                        .toList());
        for (var attempt : tries.entrySet()) {
            JsonNode answer = bert.ask(attempt.getKey(), attempt.getValue());
            assertThat(answer.toString())
                    .as(attempt.getKey())
                    .doesNotContain(SECRET)
                    .doesNotContain(KEY);
            assertThat(state()).as(attempt.getKey()).isEqualTo(before);
        }
        assertThat(anna.granted("sessions.import", "importKey", "import-of-anna", "part", 1, "last", true, "text", "Hi")
                        .get("sessionKeys"))
                .as("her import was not touched")
                .hasSize(1);
        assertThat(bert.granted("sessions.list").get("sessions")).isEmpty();
        assertThat(bert.heardText()).doesNotContain(SECRET);
        assertThat(proxy.nextRequest().body()).contains(SECRET);
        assertThat(proxy.unseenRequests()).as("bert asked nothing").isZero();
    }

    private static Object[] measured(String turnId) {
        var parameters = new ArrayList<Object>(List.of("turnId", turnId));
        for (RecordComponent time : TurnTimes.Seen.class.getRecordComponents()) {
            parameters.addAll(List.of(time.getName(), 1.5));
        }
        return parameters.toArray();
    }

    private static Map<String, Object[]> tries(JsonNode turn) {
        String turnId = turn.get("turnId").asText();
        long question = turn.get("questionId").asLong();
        long answer = turn.get("answerId").asLong();
        var settings = new LinkedHashMap<String, Object>();
        for (String name : List.of("temperature", "topP", "topK", "seed", "contextTokens", "answerTokensMax")) {
            settings.put(name, null);
        }
        settings.putAll(Map.of("model", "", "systemPrompt", "Tell all", "thinking", "off"));
        var tries = new LinkedHashMap<String, Object[]>();
        tries.put("chat.history", new Object[] {"sessionKey", KEY});
        tries.put("chat.resume", new Object[] {"sessionKey", KEY, "turnId", turnId, "seq", 0});
        tries.put("chat.attachment", new Object[] {"sessionKey", KEY, "messageId", question, "index", 0});
        tries.put("chat.branch", new Object[] {"sessionKey", KEY, "messageId", question});
        tries.put("chat.measured", measured(turnId));
        tries.put("chat.stop", new Object[] {"turnId", turnId});
        tries.put("chat.retry", new Object[] {"turnId", turnId, "idempotencyKey", "bert-retries"});
        tries.put("chat.continue", new Object[] {"turnId", turnId, "idempotencyKey", "bert-goes-on"});
        tries.put("chat.send", new Object[] {"sessionKey", KEY, "message", "x", "idempotencyKey", "question-of-anna"});
        tries.put("chat.edit", new Object[] {
            "sessionKey", KEY, "messageId", question, "message", "x", "idempotencyKey", "bert-edits"
        });
        tries.put("sessions.search", new Object[] {"query", SECRET, "limit", 10});
        tries.put("sessions.export", new Object[] {"sessionKey", KEY, "format", "json", "offset", 0});
        tries.put("sessions.configure", new Object[] {"sessionKey", KEY, "settings", settings});
        tries.put("sessions.rename", new Object[] {"sessionKey", KEY, "title", "mine"});
        tries.put("sessions.pin", new Object[] {"sessionKey", KEY, "pinned", true});
        tries.put(
                "sessions.import", new Object[] {"importKey", "import-of-anna", "part", 1, "last", true, "text", "x"});
        tries.put("sessions.delete", new Object[] {"sessionKey", KEY});
        tries.put("sessions.restore", new Object[] {"sessionKey", KEY});
        assertThat(answer).isGreaterThan(question);
        return tries;
    }

    /** Numbers of messages are easily guessed, so each counts only within its chat. */
    @Test
    void aChatOfOnesOwnIsNoWayToTheMessagesOfOthers() throws InterruptedException {
        String own = "session-of-bert";
        JsonNode turn = annaAsks();
        bert.granted("chat.history", "sessionKey", own);
        bert.granted("chat.send", "sessionKey", own, "message", "Hi", "idempotencyKey", "question-of-bert");
        bert.awaitEvent("turn.ended");
        long question = turn.get("questionId").asLong();
        for (var attempt : Map.of(
                        "chat.attachment",
                        new Object[] {"sessionKey", own, "messageId", question, "index", 0},
                        "chat.branch",
                        new Object[] {"sessionKey", own, "messageId", question},
                        "chat.edit",
                        new Object[] {
                            "sessionKey", own, "messageId", question, "message", "x", "idempotencyKey", "bert-edits"
                        })
                .entrySet()) {
            assertThat(bert.ask(attempt.getKey(), attempt.getValue())
                            .at("/error/code")
                            .asText())
                    .as(attempt.getKey())
                    .isEqualTo("NOT_FOUND");
        }
        assertThat(bert.granted("chat.history", "sessionKey", own, "before", question, "limit", 10)
                        .get("messages"))
                .isEmpty();
        assertThat(bert.granted("chat.history", "sessionKey", own).get("messages"))
                .hasSize(2);
        assertThat(bert.heardText()).doesNotContain(SECRET);
    }

    @Test
    void whatIsDeletedIsRestoredByItsOwnerAlone() throws InterruptedException {
        annaAsks();
        anna.granted("sessions.delete", "sessionKey", KEY);
        assertThat(bert.ask("sessions.restore", "sessionKey", KEY)
                        .at("/error/code")
                        .asText())
                .isEqualTo("NOT_FOUND");
        assertThat(state().get("messages")).isEmpty();
        anna.granted("sessions.restore", "sessionKey", KEY);
        assertThat(state().get("messages")).hasSize(2);
    }
}
