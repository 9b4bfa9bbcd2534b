package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits, second answers, answers that go on, files, tools and figures of a turn. */
class BranchTest {
    private static final String KEY = "session-0001";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private RunningGateway gateway;
    private TestBrowser browser;
    private int asked;

    @BeforeEach
    void start() throws InterruptedException {
        gateway = RunningGateway.start(proxy.address(), data);
        browser = TestBrowser.connect(gateway.webSocket());
        browser.granted("chat.history", "sessionKey", KEY);
    }

    @AfterEach
    void stop() {
        browser.close();
        gateway.close();
        proxy.close();
    }

    private JsonNode ask(String method, Object... params) throws InterruptedException {
        var all = new java.util.ArrayList<Object>(List.of(params));
        all.addAll(List.of("idempotencyKey", "question-" + asked++));
        JsonNode ack = browser.granted(method, all.toArray());
        return browser.await(
                        "end of " + ack,
                        message -> message.path("event").asText().equals("turn.ended")
                                && message.at("/payload/turnId").equals(ack.get("turnId")))
                .at("/payload/answer");
    }

    private JsonNode send(String message) throws InterruptedException {
        return ask("chat.send", "sessionKey", KEY, "message", message);
    }

    private JsonNode messages() throws InterruptedException {
        return browser.granted("chat.history", "sessionKey", KEY).get("messages");
    }

    private List<String> contents() throws InterruptedException {
        return messages().findValuesAsText("content");
    }

    private void answers(String text) {
        proxy.answers((request, reply) -> reply.answer(text));
    }

    @Test
    void anEditedQuestionIsABranchAndBothStay() throws InterruptedException {
        answers("one");
        JsonNode first = send("First");
        send("Second");
        answers("uno");
        long question = first.get("parent").asLong();
        JsonNode edited = ask("chat.edit", "sessionKey", KEY, "messageId", question, "message", "Primero");
        assertThat(contents()).containsExactly("Primero", "uno");
        JsonNode shown = messages().get(0);
        assertThat(shown.get("siblings")).hasSize(2);
        assertThat(shown.get("siblings").get(0).asLong()).isEqualTo(question);
        assertThat(shown.get("siblings").get(1).asLong())
                .isEqualTo(edited.get("parent").asLong());
        browser.granted("chat.branch", "sessionKey", KEY, "messageId", question);
        browser.awaitEvent("session.branched");
        assertThat(contents()).containsExactly("First", "one", "Second", "one");
        answers("three");
        send("Third");
        assertThat(contents()).containsExactly("First", "one", "Second", "one", "Third", "three");
        assertThat(browser.ask("chat.branch", "sessionKey", KEY, "messageId", 999_999)
                        .at("/error/code")
                        .asText())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void onlyAQuestionCanBeEdited() throws InterruptedException {
        JsonNode answer = send("First");
        JsonNode refused = browser.ask(
                "chat.edit",
                "sessionKey",
                KEY,
                "messageId",
                answer.get("id").asLong(),
                "message",
                "x",
                "idempotencyKey",
                "question-x");
        assertThat(refused.at("/error/code").asText()).isEqualTo("NOT_FOUND");
    }

    @Test
    void anyAnswerCanBeAskedForAgainAndTheOthersAreSiblings() throws InterruptedException {
        answers("one");
        JsonNode first = send("First");
        send("Second");
        answers("other");
        JsonNode again = ask("chat.retry", "turnId", first.at("/turn/id").asText());
        assertThat(contents()).containsExactly("First", "other");
        assertThat(again.get("siblings")).hasSize(2);
        browser.granted(
                "chat.branch", "sessionKey", KEY, "messageId", first.get("id").asLong());
        assertThat(contents()).containsExactly("First", "one", "Second", "one");
    }

    @Test
    void aCutAnswerGoesOnWhereItWasCut() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("One two ");
            if (request.json().has("max_tokens")) {
                reply.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}");
                reply.event("[DONE]");
            } else {
                reply.content("three").end(1, 3);
            }
        });
        var settings = new java.util.HashMap<String, Object>(
                Map.of("model", "", "systemPrompt", "", "answerTokensMax", 2, "thinking", "default"));
        for (String name : List.of("temperature", "topP", "topK", "seed", "contextTokens")) {
            settings.put(name, null);
        }
        browser.granted("sessions.configure", "sessionKey", KEY, "settings", settings);
        JsonNode cut = send("Count");
        assertThat(cut.at("/turn/finishReason").asText()).isEqualTo("length");
        JsonNode whole = ask("chat.continue", "turnId", cut.at("/turn/id").asText());
        assertThat(whole.get("content").asText()).isEqualTo("One two three");
        assertThat(whole.get("siblings")).hasSize(2);
        assertThat(browser.text(whole.at("/turn/id").asText())).isEqualTo("three");
        JsonNode first = proxy.nextRequest().json();
        assertThat(proxy.nextRequest().json().get("seed")).isEqualTo(first.get("seed"));
        JsonNode refused =
                browser.ask("chat.continue", "turnId", whole.at("/turn/id").asText(), "idempotencyKey", "question-y");
        assertThat(refused.at("/error/message").asText()).contains("whole");
    }

    @Test
    void filesGoBelowTheirQuestionAndCanBeReadAgain() throws InterruptedException {
        JsonNode answer = ask(
                "chat.send",
                "sessionKey",
                KEY,
                "message",
                "What is in it?",
                "attachments",
                List.of(Map.of("name", "a.txt", "mediaType", "text/plain", "text", "line 1\nline 2")));
        assertThat(proxy.nextRequest().json().at("/messages/0/content").asText())
                .isEqualTo("What is in it?\n\nFile a.txt:\n```\nline 1\nline 2\n```");
        JsonNode question = messages().get(0);
        assertThat(question.get("content").asText()).isEqualTo("What is in it?");
        assertThat(question.get("attachments").toString())
                .isEqualTo("[{\"name\":\"a.txt\",\"mediaType\":\"text/plain\",\"chars\":13}]");
        long id = question.get("id").asLong();
        assertThat(browser.granted("chat.attachment", "sessionKey", KEY, "messageId", id, "index", 0)
                        .get("text")
                        .asText())
                .isEqualTo("line 1\nline 2");
        assertThat(browser.ask("chat.attachment", "sessionKey", KEY, "messageId", id, "index", 1)
                        .at("/error/code")
                        .asText())
                .isEqualTo("NOT_FOUND");
        ask("chat.edit", "sessionKey", KEY, "messageId", id, "message", "And now?");
        assertThat(proxy.nextRequest().json().at("/messages/0/content").asText())
                .as("an edited question keeps its files")
                .isEqualTo("And now?\n\nFile a.txt:\n```\nline 1\nline 2\n```");
        assertThat(answer.get("attachments")).isEmpty();
    }

    @Test
    void tooManyOrTooLargeFilesAreRefused() throws InterruptedException {
        var file = Map.of("name", "a", "mediaType", "text/plain", "text", "x".repeat(30_000));
        for (List<?> files : List.of(java.util.Collections.nCopies(9, file), java.util.Collections.nCopies(7, file))) {
            JsonNode refused = browser.ask(
                    "chat.send",
                    "sessionKey",
                    KEY,
                    "message",
                    "Hi",
                    "idempotencyKey",
                    "question-z",
                    "attachments",
                    files);
            assertThat(refused.at("/error/code").asText()).isEqualTo("INVALID_REQUEST");
            assertThat(refused.at("/error/message").asText()).contains("attachments");
        }
    }

    @Test
    void toolCallsAreShownPieceByPieceAndKept() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("Let me look. ");
            reply.event("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"function\":"
                    + "{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\"}}]}}]}");
            reply.event("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
                    + "{\"arguments\":\"\\\"Ulm\\\"}\"}}]}}]}");
            reply.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}");
            reply.event("[DONE]");
        });
        JsonNode answer = send("Weather?");
        assertThat(answer.get("toolCalls").toString())
                .isEqualTo("[{\"id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Ulm\\\"}\"}]");
        assertThat(answer.at("/turn/finishReason").asText()).isEqualTo("tool_calls");
        JsonNode tool = browser.awaitEvent("turn.tool");
        assertThat(tool.get("seq").asInt()).isEqualTo(2);
        assertThat(tool.get("name").asText()).isEqualTo("weather");
        assertThat(messages().get(1).get("toolCalls")).isEqualTo(answer.get("toolCalls"));
    }

    @Test
    void thinkingEndsWithItsTimeAndTheFiguresAreKept() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("hm").content("Hello ").content("you");
            reply.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":30,"
                    + "\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":20}}}");
            reply.event("[DONE]");
        });
        JsonNode figures = send("Hi").at("/turn/statistics");
        long millis = browser.awaitEvent("turn.thought").get("millis").asLong();
        assertThat(figures.get("reasoningMillis").asLong()).isEqualTo(millis);
        assertThat(figures.get("cachedTokens").asInt()).isEqualTo(20);
        assertThat(figures.get("contextTokens").asInt()).isEqualTo(33);
        assertThat(figures.get("tokensPerSecond").asDouble()).isPositive();
        assertThat(messages().at("/1/turn/statistics")).isEqualTo(figures);
    }
}
