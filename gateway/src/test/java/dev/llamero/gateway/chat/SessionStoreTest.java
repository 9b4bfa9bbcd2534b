package dev.llamero.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many chats one account may have. */
class SessionStoreTest {
    private static final int CHATS_MAX = 3;

    @TempDir
    Path directory;

    private Database database;
    private SessionStore sessions;

    @BeforeEach
    void open() {
        database = Database.open(directory);
        sessions = new SessionStore(database, CHATS_MAX);
        for (int i = 0; i < CHATS_MAX; i++) {
            sessions.make("anna", "chat-" + i, "", 1000);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anAccountWithAllItsChatsMayGoOnInThemButMakesNoOther() {
        assertThatThrownBy(() -> sessions.make("anna", "one-more", "", 1000))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.code()).isEqualTo("INVALID_REQUEST"))
                .hasMessageContaining("you have " + CHATS_MAX + " chats already")
                .hasMessageContaining("delete some");
        assertThat(sessions.owner("one-more")).isEmpty();
        assertThatCode(() -> sessions.make("anna", "chat-0", "A title", 2000)).doesNotThrowAnyException();
        assertThat(sessions.get("anna", "chat-0").orElseThrow().title()).isEqualTo("A title");
    }

    @Test
    void theChatsOfOneAreNoLimitForAnother() {
        sessions.make("bert", "chat-of-bert", "", 1000);
        assertThat(sessions.owner("chat-of-bert")).contains("bert");
    }

    @Test
    void aDeletedChatCountsUntilItIsGoneForGood() {
        sessions.delete("anna", "chat-1", 5000);
        assertThatThrownBy(() -> sessions.make("anna", "one-more", "", 6000)).isInstanceOf(ChatException.class);
        sessions.purge(5001, 0);
        sessions.make("anna", "one-more", "", 7000);
        assertThat(sessions.owner("one-more")).contains("anna");
        assertThat(sessions.restore("anna", "chat-1")).isFalse();
    }
}
