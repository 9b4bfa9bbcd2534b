package dev.llamero.gateway.chat;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The list of conversations on disk. Any thread. One that is deleted stays, unseen, until it is purged. */
final class SessionStore {
    /** Chats of one account, those in the bin too. */
    static final int SESSIONS_OF_ONE_MAX = 10_000;

    private static final String SESSION = """
        SELECT key, title, title_source, pinned, created_at, updated_at,
          EXISTS(SELECT 1 FROM turns WHERE session = key AND state = 'RUNNING') AS running
        FROM sessions WHERE owner = ? AND deleted_at = 0
        """;

    private final Database database;
    private final int sessionsOfOneMax;

    SessionStore(Database database) {
        this(database, SESSIONS_OF_ONE_MAX);
    }

    SessionStore(Database database, int sessionsOfOneMax) {
        this.database = database;
        this.sessionsOfOneMax = sessionsOfOneMax;
    }

    /** Pinned ones first, then the newest; those without a message are not there. */
    List<Session> list(String owner, int limit) {
        return database.query(
                SESSION + " AND leaf > 0 ORDER BY pinned DESC, updated_at DESC, rowid DESC LIMIT ?",
                SessionStore::session,
                owner,
                limit);
    }

    Optional<Session> get(String owner, String key) {
        return database.query(SESSION + " AND key = ?", SessionStore::session, owner, key).stream()
                .findFirst();
    }

    /** Whose a conversation is, deleted or not. */
    Optional<String> owner(String key) {
        return database.query("SELECT owner FROM sessions WHERE key = ?", row -> row.getString(1), key).stream()
                .findFirst();
    }

    boolean isDeleted(String key) {
        return !database.query("SELECT 1 FROM sessions WHERE key = ? AND deleted_at > 0", row -> true, key)
                .isEmpty();
    }

    /** Makes a conversation if there is none of this key; one without a title gets this one. */
    void make(String owner, String key, String title, long now) {
        checkRoom(owner, key);
        database.update(
                "INSERT INTO sessions(key, owner, title, created_at, updated_at) VALUES(?, ?, ?, ?, ?)"
                        + " ON CONFLICT(key) DO UPDATE SET title = excluded.title WHERE title = ''",
                key,
                owner,
                title,
                now,
                now);
    }

    private void checkRoom(String owner, String key) {
        long others = database.query(
                        "SELECT count(*) FROM sessions WHERE owner = ? AND key <> ?", row -> row.getLong(1), owner, key)
                .getFirst();
        if (others >= sessionsOfOneMax) {
            throw new ChatException(
                    "INVALID_REQUEST", "you have " + sessionsOfOneMax + " chats already; delete some first");
        }
    }

    boolean title(String owner, String key, String title, TitleSource source) {
        return database.update(
                        "UPDATE sessions SET title = ?, title_source = ? WHERE key = ? AND owner = ? AND deleted_at ="
                                + " 0",
                        title,
                        source.name(),
                        key,
                        owner)
                > 0;
    }

    boolean pin(String owner, String key, boolean pinned) {
        return database.update(
                        "UPDATE sessions SET pinned = ? WHERE key = ? AND owner = ? AND deleted_at = 0",
                        pinned ? 1 : 0,
                        key,
                        owner)
                > 0;
    }

    /** Hides it; {@link #restore} shows it again. */
    boolean delete(String owner, String key, long now) {
        return database.update(
                        "UPDATE sessions SET deleted_at = ? WHERE key = ? AND owner = ? AND deleted_at = 0",
                        now,
                        key,
                        owner)
                > 0;
    }

    boolean restore(String owner, String key) {
        return database.update(
                        "UPDATE sessions SET deleted_at = 0 WHERE key = ? AND owner = ? AND deleted_at > 0", key, owner)
                > 0;
    }

    /** Removes for good what was deleted before this time, and empty conversations that were made before the other. */
    int purge(long deletedBefore, long emptyBefore) {
        return database.update(
                "DELETE FROM sessions WHERE (deleted_at > 0 AND deleted_at < ?) OR (leaf = 0 AND updated_at < ?)",
                deletedBefore,
                emptyBefore);
    }

    ChatSettings settings(String key) {
        return database.query("SELECT settings FROM sessions WHERE key = ?", row -> row.getString(1), key).stream()
                .findFirst()
                .map(ChatSettings::of)
                .orElse(ChatSettings.NONE);
    }

    void configure(String key, ChatSettings settings) {
        database.update("UPDATE sessions SET settings = ? WHERE key = ?", settings.json(), key);
    }

    /** The message at the end of the branch that the page shows; 0 in an empty or unknown conversation. */
    long leaf(String key) {
        return database.query("SELECT leaf FROM sessions WHERE key = ?", row -> row.getLong(1), key).stream()
                .findFirst()
                .orElse(0L);
    }

    void leaf(String key, long message, long now) {
        database.update("UPDATE sessions SET leaf = ?, updated_at = ? WHERE key = ?", message, now, key);
    }

    /** Notes the conversations of an import, so that the same import again finds them. */
    void imported(String owner, String importKey, String key) {
        database.update("INSERT INTO imports(owner, import_key, session) VALUES(?, ?, ?)", owner, importKey, key);
    }

    List<String> importedBy(String owner, String importKey) {
        return database.query(
                "SELECT session FROM imports WHERE owner = ? AND import_key = ? ORDER BY rowid",
                row -> row.getString(1),
                owner,
                importKey);
    }

    private static Session session(ResultSet row) throws SQLException {
        return new Session(
                row.getString("key"),
                row.getString("title"),
                TitleSource.valueOf(row.getString("title_source")),
                row.getBoolean("pinned"),
                row.getLong("created_at"),
                row.getLong("updated_at"),
                row.getBoolean("running"));
    }
}
