package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.gateway.chat.Chats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Export and import over the socket: what goes out comes back, and what is wrong is refused whole. */
class ArchiveTest {
    private static final String KEY = "session-0001";
    private static final String TRICKY =
            "a\r\n<!-- /text -->\n\\<!-- user -->\n## User\n| x |\n|---|\n```\n\uD83E\uDD99 \u4f60\n\n";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private RunningGateway gateway;
    private TestBrowser browser;

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
        browser.forget();
        browser.granted(method, params);
        return browser.awaitEvent("turn.ended").get("answer");
    }

    private void chat() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("hm\n<!-- /thinking -->\n").content(TRICKY);
            reply.end(1, 1);
        });
        JsonNode answer = ask(
                "chat.send",
                "sessionKey",
                KEY,
                "message",
                "Question\n<!-- end -->",
                "idempotencyKey",
                "question-1",
                "attachments",
                List.of(Map.of("name", "my file.txt", "mediaType", "text/plain", "text", "<!-- /file -->\n")));
        proxy.answers((request, reply) -> reply.answer("Other."));
        ask("chat.retry", "turnId", answer.at("/turn/id").asText(), "idempotencyKey", "question-2");
        ask("chat.send", "sessionKey", KEY, "message", "Next", "idempotencyKey", "question-3");
        browser.granted(
                "chat.branch", "sessionKey", KEY, "messageId", answer.get("id").asLong());
    }

    private String export(String format) throws InterruptedException {
        return export(KEY, format);
    }

    private String export(String key, String format) throws InterruptedException {
        var file = new StringBuilder();
        for (int offset = 0, parts = 0; parts == 0 || offset > 0; parts++) {
            JsonNode part = browser.granted("sessions.export", "sessionKey", key, "format", format, "offset", offset);
            file.append(part.get("text").asText());
            offset = part.get("nextOffset").asInt();
        }
        return file.toString();
    }

    private JsonNode importFile(String key, String file, int partChars) throws InterruptedException {
        for (int part = 0; ; part++) {
            int begin = part * partChars;
            boolean last = begin + partChars >= file.length();
            JsonNode response = browser.ask(
                    "sessions.import",
                    "importKey",
                    key,
                    "part",
                    part,
                    "last",
                    last,
                    "text",
                    file.substring(begin, Math.min(file.length(), begin + partChars)));
            if (last || !response.get("ok").asBoolean()) {
                return response;
            }
        }
    }

    private JsonNode messages(String key) throws InterruptedException {
        return browser.granted("chat.history", "sessionKey", key).get("messages");
    }

    @Test
    void jsonBringsTheWholeTreeBack() throws InterruptedException {
        chat();
        String key = importFile("import-001", export("json"), 1000)
                .at("/payload/sessionKeys/0")
                .asText();
        JsonNode messages = messages(key);
        assertThat(messages.findValuesAsText("content")).containsExactly("Question\n<!-- end -->", TRICKY);
        assertThat(messages.at("/1/reasoning").asText()).isEqualTo("hm\n<!-- /thinking -->\n");
        assertThat(messages.at("/1/siblings")).hasSize(2);
        assertThat(messages.at("/1/turn/model").asText()).isEqualTo("test-model");
        long other = messages.at("/1/siblings/1").asLong();
        browser.granted("chat.branch", "sessionKey", key, "messageId", other);
        assertThat(messages(key).findValuesAsText("content"))
                .containsExactly("Question\n<!-- end -->", "Other.", "Next", "Other.");
        long question = messages.at("/0/id").asLong();
        assertThat(browser.granted("chat.attachment", "sessionKey", key, "messageId", question, "index", 0)
                        .get("text")
                        .asText())
                .isEqualTo("<!-- /file -->\n");
        assertThat(browser.granted("sessions.search", "query", "Other").get("hits"))
                .hasSize(4);
        JsonNode ack = browser.granted(
                "chat.send", "sessionKey", key, "message", "It goes on", "idempotencyKey", "question-4");
        assertThat(ack.get("state").asText()).isEqualTo("RUNNING");
    }

    @Test
    void markdownBringsTheShownBranchBackToTheByte() throws InterruptedException {
        chat();
        String file = export("markdown");
        assertThat(file).startsWith("# Question\n").contains("## User\n").contains("## Assistant\n");
        String key = importFile("import-001", file, 200_000)
                .at("/payload/sessionKeys/0")
                .asText();
        JsonNode messages = messages(key);
        assertThat(messages.findValuesAsText("content")).containsExactly("Question\n<!-- end -->", TRICKY);
        assertThat(messages.at("/1/reasoning").asText()).isEqualTo("hm\n<!-- /thinking -->\n");
        long question = messages.at("/0/id").asLong();
        JsonNode attachment = browser.granted("chat.attachment", "sessionKey", key, "messageId", question, "index", 0);
        assertThat(attachment.get("text").asText()).isEqualTo("<!-- /file -->\n");
        assertThat(attachment.get("name").asText()).isEqualTo("my file.txt");
    }

    @Test
    void aTextWithHeadingsAloneIsReadToo() throws InterruptedException {
        String key = importFile("import-001", "# Llamas\n\n## User\n\nHi\n\n## Assistant (m)\n\nHello.\n", 20)
                .at("/payload/sessionKeys/0")
                .asText();
        assertThat(messages(key).findValuesAsText("content")).containsExactly("Hi", "Hello.");
        assertThat(browser.granted("sessions.list").at("/sessions/0/title").asText())
                .isEqualTo("Llamas");
    }

    @Test
    void theSameImportAgainGivesTheSameChats() throws InterruptedException {
        chat();
        String file = export("json");
        JsonNode first = importFile("import-001", file, 700);
        JsonNode second = importFile("import-001", file, 700);
        assertThat(second.get("payload")).isEqualTo(first.get("payload"));
        assertThat(browser.granted("sessions.list").get("sessions")).hasSize(2);
        importFile("import-002", "[" + file + "," + file + "]", 5000);
        assertThat(browser.granted("sessions.list").get("sessions")).hasSize(4);
    }

    @Test
    void partsOutOfOrderAreRefused() throws InterruptedException {
        JsonNode refused =
                browser.ask("sessions.import", "importKey", "import-001", "part", 3, "last", false, "text", "x");
        assertThat(refused.at("/error/message").asText()).contains("begin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{}",
                "nothing at all",
                "## Assistant\nno question before it",
                "<!-- user -->\n<!-- text -->\nnever ends",
                "{\"format\":\"llamero-chat\",\"version\":2,\"messages\":[]}",
                "{\"format\":\"llamero-chat\",\"version\":1,\"messages\":[]}"
            })
    void whatIsNoChatIsRefusedInWords(String file) throws InterruptedException {
        JsonNode refused = importFile("import-001", file, 200_000);
        assertThat(refused.at("/error/code").asText()).isEqualTo("INVALID_REQUEST");
        assertThat(refused.at("/error/message").asText()).startsWith("the file cannot be imported: ");
        assertThat(browser.granted("sessions.list").get("sessions")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "id, 0",
        "id, 1",
        "parent, 9",
        "parent, -1",
        "role, \"system\"",
        "content, 5",
        "state, \"RUNNING\"",
        "attachments, [1;2;3;4;5;6;7;8;9]"
    })
    void aWrongMessageIsNamedWithItsPlace(String field, String value) throws InterruptedException, IOException {
        chat();
        var json = new ObjectMapper();
        JsonNode file = json.readTree(export("json"));
        ObjectNode message = (ObjectNode) file.get("messages").get(1);
        message.set(
                field,
                json.readTree(
                        field.equals("id") && value.equals("1")
                                ? file.at("/messages/0/id").toString()
                                : value.replace(';', ',')));
        JsonNode refused = importFile("import-001", file.toString(), 200_000);
        assertThat(refused.at("/error/message").asText()).contains("messages[1]." + field + " must be");
        assertThat(browser.granted("sessions.list").get("sessions")).hasSize(1);
    }

    private static String file(String... messages) {
        return "{\"format\":\"llamero-chat\",\"version\":1,\"messages\":[" + String.join(",", messages) + "]}";
    }

    private static String message(int id, int parent, String role, String more) {
        return "{\"id\":%d,\"parent\":%d,\"role\":\"%s\",\"content\":\"x\"%s}".formatted(id, parent, role, more);
    }

    /**
     * What could be imported and then neither shown nor asked: the whole would be sent in one frame, or read at once.
     */
    static Stream<Arguments> monsters() {
        String question = message(1, 0, "user", "");
        String huge = "y".repeat(Chats.MESSAGE_CHARS_MAX + 1);
        String calls = IntStream.range(0, 200)
                .mapToObj(i -> "{\"name\":\"f\",\"arguments\":\"\"}")
                .collect(Collectors.joining(","));
        String versions = IntStream.range(2, 60)
                .mapToObj(i -> message(i, 1, "assistant", ""))
                .collect(Collectors.joining(","));
        String ours = "<!-- user -->\n<!-- text -->\nHi\n<!-- /text -->\n";
        return Stream.of(
                Arguments.of(file(message(1, 0, "user", ",\"reasoning\":\"" + huge + "\"")), "messages[0].content"),
                Arguments.of(
                        file(question, message(2, 1, "assistant", ",\"reasoning\":\"" + huge.repeat(22) + "\"")),
                        "messages[1].content"),
                Arguments.of(
                        file(question, message(2, 1, "assistant", ",\"toolCalls\":[" + calls + "]")),
                        "messages[1].toolCalls"),
                Arguments.of(file(question, versions), "messages[51].parent"),
                Arguments.of(
                        file(message(1, 0, "user", ",\"attachments\":[{\"text\":\"" + huge + "\"}]")),
                        "messages[0].content"),
                Arguments.of(
                        file(message(1, 0, "user", ",\"model\":\"" + "m".repeat(201) + "\"")), "messages[0].model"),
                Arguments.of("## User\n" + huge, "messages[0].content"),
                Arguments.of(
                        ours + "<!-- file text/plain a.txt -->\na\n<!-- /file -->\n".repeat(9),
                        "messages[0].attachments"),
                Arguments.of(
                        ours + "<!-- file text/plain " + "n".repeat(201) + " -->\na\n<!-- /file -->\n",
                        "messages[0].attachments.name"),
                Arguments.of(
                        ours + "<!-- assistant " + "m".repeat(201) + " -->\n<!-- text -->\nHi\n<!-- /text -->\n",
                        "messages[1].model"));
    }

    @ParameterizedTest
    @MethodSource("monsters")
    void whatCouldNeverBeShownIsRefusedWithItsPlace(String file, String place) throws InterruptedException {
        JsonNode refused = importFile("import-001", file, 200_000);
        assertThat(refused.at("/error/message").asText())
                .startsWith("the file cannot be imported: ")
                .contains(place + " must be at most");
        assertThat(browser.granted("sessions.list").get("sessions")).isEmpty();
    }

    /** Goal: whatever is in a file is text, and comes back as it went in. */
    @Test
    void hostileTextIsKeptAsText() throws InterruptedException {
        String attack =
                "<img src=x onerror=alert(1)> '; DROP TABLE messages; -- \\u0000 \u202e ${jndi:ldap://x} %s {{x}}";
        String key = importFile(
                        "import-001",
                        "# " + attack + "\n\n## User\n\n" + attack + "\n\n## Assistant\n\n" + attack + "\n",
                        200_000)
                .at("/payload/sessionKeys/0")
                .asText();
        assertThat(messages(key).findValuesAsText("content")).containsExactly(attack, attack);
        assertThat(browser.granted("sessions.search", "query", "'; DROP TABLE").get("hits"))
                .isNotEmpty();
        String again = importFile("import-002", export(key, "json"), 200_000)
                .at("/payload/sessionKeys/0")
                .asText();
        assertThat(messages(again).findValuesAsText("content")).containsExactly(attack, attack);
    }

    @Test
    void timesOfTheFutureAreNow() throws InterruptedException {
        String key = importFile("import-001", file(message(1, 0, "user", ",\"createdAt\":" + Long.MAX_VALUE)), 200_000)
                .at("/payload/sessionKeys/0")
                .asText();
        assertThat(messages(key).at("/0/createdAt").asLong()).isLessThanOrEqualTo(System.currentTimeMillis());
    }

    @Test
    void whoLeavesImportsLyingHoldsUpNobody() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            browser.granted("sessions.import", "importKey", "left-lying-" + i, "part", 0, "last", false, "text", "x");
        }
        assertThat(importFile("import-001", "## User\nHi", 200_000)
                        .at("/payload/done")
                        .asBoolean())
                .isTrue();
        assertThat(browser.ask("sessions.import", "importKey", "left-lying-0", "part", 1, "last", true, "text", "y")
                        .at("/error/message")
                        .asText())
                .contains("begin the import again");
    }
}
