package dev.llamero.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.gateway.chat.Store.Begun;
import dev.llamero.gateway.chat.Store.Piece;
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
        return store.begin(KEY, "A title", question, "idempotency-" + id, Turn.begun(id, "request-" + id, "m"), 1000);
    }

    private void finish(Begun begun, String content) {
        Message answer = begun.answer();
        store.finish(
                KEY,
                new Message(
                        answer.id(),
                        answer.parent(),
                        "assistant",
                        content,
                        "",
                        answer.createdAt(),
                        answer.turn().ended(TurnState.DONE, new Turn.Statistics(1, 2, 3, 4, 5))),
                2000);
    }

    private List<String> contents() {
        return store.path(KEY, store.leaf(KEY), 100).stream()
                .map(Message::content)
                .toList();
    }

    @Test
    void aConversationIsReadFromItsFirstMessageToItsLast() {
        finish(begin("turn-1", "one"), "eins");
        finish(begin("turn-2", "two"), "zwei");
        assertThat(contents()).containsExactly("one", "eins", "two", "zwei");
        assertThat(store.path(KEY, store.leaf(KEY), 2))
                .extracting(Message::content)
                .containsExactly("two", "zwei");
        assertThat(store.path(KEY, store.leaf(KEY), 1).getFirst().turn().statistics())
                .isEqualTo(new Turn.Statistics(1, 2, 3, 4, 5));
        assertThat(store.sessions(10)).singleElement().satisfies(session -> {
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
                KEY, first.question(), "idempotency-again", Turn.begun("turn-2", "request-2", "m"), 3000);
        finish(second, "good");
        assertThat(contents()).containsExactly("one", "good");
        assertThat(store.path(KEY, first.answer().id(), 10))
                .extracting(Message::content)
                .containsExactly("one", "bad");
    }

    @Test
    void aMessageOfAnotherConversationIsNotRead() {
        Begun begun = begin("turn-1", "one");
        assertThat(store.path("another-one", begun.answer().id(), 10)).isEmpty();
    }

    @Test
    void whatAKilledGatewayLeftIsClosedWithTheTextThatItHad() {
        Begun begun = begin("turn-1", "one");
        store.append("turn-1", List.of(new Piece(2, "reasoning", "hm "), new Piece(3, "content", "Hel")));
        store.append("turn-1", List.of(new Piece(9, "content", "lo 🦙")));
        assertThat(store.sessions(10).getFirst().running()).isTrue();
        store.close();
        store = new Store(directory);
        assertThat(store.interruptRunning()).isEqualTo(1);
        Message answer = store.path(KEY, begun.answer().id(), 1).getFirst();
        assertThat(answer.content()).isEqualTo("Hello 🦙");
        assertThat(answer.reasoning()).isEqualTo("hm ");
        assertThat(answer.turn().state()).isEqualTo(TurnState.INTERRUPTED);
        assertThat(store.interruptRunning()).isZero();
    }

    @Test
    void anIdempotencyKeyFindsItsTurn() {
        Begun begun = begin("turn-1", "one");
        assertThat(store.byIdempotencyKey("idempotency-turn-1")).contains(begun);
        assertThat(store.byIdempotencyKey("idempotency-other")).isEmpty();
    }

    @Test
    void aDeletedConversationLeavesNothingAndALatePieceIsDropped() throws SQLException {
        begin("turn-1", "one");
        assertThat(store.delete(KEY)).isTrue();
        store.append("turn-1", List.of(new Piece(1, "content", "late")));
        assertThat(store.sessions(10)).isEmpty();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("chats.db"));
                var statement = connection.createStatement()) {
            for (String table : List.of("messages", "turns", "turn_events")) {
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
