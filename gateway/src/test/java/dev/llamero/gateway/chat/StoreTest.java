package dev.llamero.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.gateway.chat.TurnStore.Begun;
import dev.llamero.gateway.chat.TurnStore.Piece;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final String KEY = "session-0001";
    private static final String OWNER = "local";
    private static final Turn.Statistics MEASURED = new Turn.Statistics(1, 2, 3, 4, 5, 6, 7.5, 8, 9);

    @TempDir
    Path directory;

    private Store store;

    @BeforeEach
    void open() {
        store = new Store(directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Begun begin(String id, String question) {
        return store.begin(
                new Store.Asked(
                        OWNER, KEY, "A title", store.sessions().leaf(KEY), question, List.of(), "idempotency-" + id),
                Turn.begun(id, "request-" + id, "m"),
                ChatSettings.NONE.withSeedOfOurs(7),
                1000);
    }

    private void finish(Begun begun, String content) {
        var text = new AnswerText();
        text.append(AnswerText.CONTENT, content);
        Message answer = begun.answer();
        store.finish(KEY, answer.with(text, answer.turn().ended(TurnState.DONE, "stop", MEASURED)), 2000);
    }

    private List<String> contents() {
        return store.messages().path(KEY, store.sessions().leaf(KEY), 100).stream()
                .map(Message::content)
                .toList();
    }

    @Test
    void aConversationIsReadFromItsFirstMessageToItsLast() {
        finish(begin("turn-1", "one"), "eins");
        finish(begin("turn-2", "two"), "zwei");
        assertThat(contents()).containsExactly("one", "eins", "two", "zwei");
        assertThat(store.messages().path(KEY, store.sessions().leaf(KEY), 2))
                .extracting(Message::content)
                .containsExactly("two", "zwei");
        assertThat(store.messages()
                        .path(KEY, store.sessions().leaf(KEY), 1)
                        .getFirst()
                        .turn()
                        .statistics())
                .isEqualTo(MEASURED);
        assertThat(store.sessions().list(OWNER, 10)).singleElement().satisfies(session -> {
            assertThat(session.title()).isEqualTo("A title");
            assertThat(session.updatedAt()).isEqualTo(2000);
            assertThat(session.running()).isFalse();
        });
    }

    @Test
    void aSecondAnswerIsABranchAndTheFirstStaysInTheDatabase() {
        Begun first = begin("turn-1", "one");
        finish(first, "bad");
        Begun second = store.beginAgain(
                first,
                "idempotency-again",
                Turn.begun("turn-2", "request-2", "m"),
                ChatSettings.NONE,
                new AnswerText(),
                3000);
        finish(second, "good");
        assertThat(contents()).containsExactly("one", "good");
        assertThat(store.messages().path(KEY, first.answer().id(), 10))
                .extracting(Message::content)
                .containsExactly("one", "bad");
    }

    @Test
    void aMessageOfAnotherConversationIsNotRead() {
        Begun begun = begin("turn-1", "one");
        assertThat(store.messages().path("another-one", begun.answer().id(), 10))
                .isEmpty();
    }

    @Test
    void whatAKilledGatewayLeftCanBeTakenUpAndItsNumbersAreNotGivenAgain() {
        Begun begun = begin("turn-1", "one");
        store.append("turn-1", List.of(new Piece(2, "reasoning", "hm "), new Piece(3, "content", "Hel")));
        store.append("turn-1", List.of(new Piece(9, "content", "lo 🦙"), new Piece(10, "tool 0 c1 look up", "{}")));
        store.close();
        store = new Store(directory);
        assertThat(store.turns().running()).containsExactly("turn-1");
        assertThat(store.turns()
                        .byId("turn-1")
                        .orElseThrow()
                        .settings()
                        .sampling(false)
                        .seed())
                .as("kept for the next attempt")
                .isEqualTo(7);
        AnswerText text = store.turns().text("turn-1");
        assertThat(text.content()).isEqualTo("Hello 🦙");
        assertThat(text.reasoning()).isEqualTo("hm ");
        assertThat(text.toolCalls()).containsExactly(new ToolCall("c1", "look up", "{}"));
        assertThat(store.turns().adopt("turn-1")).isEqualTo(10 + TurnStore.SEQ_GAP);
        assertThat(store.turns().adopt("turn-1"))
                .as("a gateway that was killed again before it wrote anything gave numbers too")
                .isEqualTo(10 + 2 * TurnStore.SEQ_GAP);
        finish(begun, "whole");
        assertThat(store.turns().running()).isEmpty();
        assertThat(store.turns().text("turn-1").isEmpty()).isTrue();
    }

    @Test
    void aRewrittenLogHoldsOnlyTheNewText() {
        begin("turn-1", "one");
        store.append("turn-1", List.of(new Piece(1, "content", "old")));
        store.rewrite("turn-1", List.of(new Piece(2, "content", "new")));
        store.append("turn-1", List.of(new Piece(3, "content", "er")));
        assertThat(store.turns().text("turn-1").content()).isEqualTo("newer");
    }

    @Test
    void anAnswerThatGoesOnHasItsOldTextInTheLogBeforeItsFirstNumber() {
        Begun first = begin("turn-1", "one");
        finish(first, "so far");
        var soFar = new AnswerText();
        soFar.append("reasoning", "hm");
        soFar.append("content", "so far");
        Begun second = store.beginAgain(
                first, "again-000", Turn.begun("turn-2", "request-2", "m"), ChatSettings.NONE, soFar, 3000);
        assertThat(second.answer().content()).isEqualTo("so far");
        store.append("turn-2", List.of(new Piece(1, "content", " and on")));
        assertThat(store.turns().text("turn-2").content()).isEqualTo("so far and on");
        assertThat(store.turns().text("turn-2").reasoning()).isEqualTo("hm");
    }

    @Test
    void siblingsAreToldInTheOrderOfMaking() {
        Begun first = begin("turn-1", "one");
        Begun second = store.beginAgain(
                first, "again-000", Turn.begun("turn-2", "request-2", "m"), ChatSettings.NONE, new AnswerText(), 3000);
        assertThat(second.answer().siblings())
                .containsExactly(first.answer().id(), second.answer().id());
        assertThat(second.question().siblings())
                .containsExactly(first.question().id());
        assertThat(store.messages().newestBelow(KEY, first.question().id()))
                .contains(second.answer().id());
        assertThat(store.messages().newestBelow(KEY, first.answer().id()))
                .contains(first.answer().id());
        assertThat(store.messages().newestBelow("session-0002", first.answer().id()))
                .isEmpty();
    }

    @Test
    void anotherOwnerSeesNothing() {
        finish(begin("turn-1", "one"), "eins");
        assertThat(store.sessions().list("other", 10)).isEmpty();
        assertThat(store.sessions().get("other", KEY)).isEmpty();
        assertThat(store.sessions().title("other", KEY, "x", TitleSource.PERSON))
                .isFalse();
        assertThat(store.sessions().pin("other", KEY, true)).isFalse();
        assertThat(store.sessions().delete("other", KEY, 5)).isFalse();
        assertThat(store.search().find("other", "eins", 10)).isEmpty();
        assertThat(store.search().find(OWNER, "eins", 10)).hasSize(1);
    }

    @Test
    void whatIsDeletedIsHiddenThenRestoredOrPurged() {
        finish(begin("turn-1", "one"), "eins");
        assertThat(store.sessions().delete(OWNER, KEY, 5000)).isTrue();
        assertThat(store.sessions().list(OWNER, 10)).isEmpty();
        assertThat(store.search().find(OWNER, "eins", 10)).isEmpty();
        assertThat(store.sessions().purge(5000, 0)).as("may still be restored").isZero();
        assertThat(store.sessions().restore(OWNER, KEY)).isTrue();
        assertThat(contents()).containsExactly("one", "eins");
        assertThat(store.sessions().restore(OWNER, KEY)).isFalse();
        store.sessions().delete(OWNER, KEY, 5000);
        assertThat(store.sessions().purge(5001, 0)).isEqualTo(1);
        assertThat(store.sessions().restore(OWNER, KEY)).isFalse();
    }

    @Test
    void aFileOfTheFirstVersionIsBroughtUpWithItsChatsAndCanBeSearched() throws SQLException {
        store.close();
        Path old = directory.resolve("old");
        assertThat(old.toFile().mkdir()).isTrue();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + old.resolve("chats.db"));
                var statement = connection.createStatement()) {
            for (String sql : Migrations.ALL.getFirst()) {
                statement.execute(sql);
            }
            statement.execute("PRAGMA user_version = 1");
            statement.execute("INSERT INTO sessions(key, title, leaf, created_at, updated_at)"
                    + " VALUES('session-0001', 'Old', 2, 1, 2)");
            statement.execute("INSERT INTO messages(session, parent, role, content, created_at)"
                    + " VALUES('session-0001', 0, 'user', 'Wetter in Ulm', 1),"
                    + "('session-0001', 1, 'assistant', '今天天气很好', 2)");
            statement.execute("INSERT INTO turns(id, session, message, idempotency_key, request_id, model, state,"
                    + " started_at) VALUES('turn-old', 'session-0001', 2, 'k', 'r', 'm', 'DONE', 1)");
        }
        store = new Store(old);
        assertThat(contents()).containsExactly("Wetter in Ulm", "今天天气很好");
        assertThat(store.search().find(OWNER, "天气", 10)).hasSize(1);
        assertThat(store.search().find(OWNER, "ulm", 10)).hasSize(1);
        assertThat(store.sessions().list(OWNER, 10).getFirst().titleSource()).isEqualTo(TitleSource.WORDS);
        store.close();
        store = new Store(old);
        assertThat(contents()).hasSize(2);
    }

    @Test
    void anIdempotencyKeyFindsItsTurn() {
        Begun begun = begin("turn-1", "one");
        assertThat(store.turns().byIdempotencyKey("idempotency-turn-1")).contains(begun);
        assertThat(store.turns().byIdempotencyKey("idempotency-other")).isEmpty();
    }

    @Test
    void aDeletedConversationLeavesNothingAndALatePieceIsDropped() throws SQLException {
        begin("turn-1", "one");
        store.sessions().delete(OWNER, KEY, 1);
        store.sessions().purge(2, 0);
        store.append("turn-1", List.of(new Piece(1, "content", "late")));
        assertThat(store.sessions().list(OWNER, 10)).isEmpty();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("chats.db"));
                var statement = connection.createStatement()) {
            for (String table : List.of("messages", "turns", "turn_events", "message_search")) {
                try (var count = statement.executeQuery("SELECT count(*) FROM " + table)) {
                    assertThat(count.getInt(1)).as(table).isZero();
                }
            }
        }
    }

    @Test
    void aFailedTransactionLeavesNothing() {
        begin("turn-1", "one");
        assertThatThrownBy(() -> begin("turn-1", "the same turn again")).isInstanceOf(ChatException.class);
        assertThat(contents()).containsExactly("one", "");
    }

    @Test
    void theFileIsForItsOwnerAlone() throws java.io.IOException {
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("chats.db"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileOfALaterGatewayIsRefusedInWords() throws SQLException {
        store.close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("chats.db"));
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> new Store(directory))
                .isInstanceOf(ChatException.class)
                .hasMessageContaining("later version");
        store = new Store(directory.resolve("other"));
    }

    @Test
    void aDirectoryThatCannotBeMadeIsSaidWithItsSetting() throws java.io.IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> new Store(file.resolve("below")))
                .isInstanceOf(ChatException.class)
                .hasMessageContaining("data-dir");
    }
}
