package dev.llamero.gateway.chat;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Conversations on disk. Any thread; each method is one short transaction.
 *
 * <p>A running answer is an append-only list of numbered events, so that writing it costs no more the longer it gets;
 * at its end they become the message's text.
 */
final class Store implements AutoCloseable {
    private static final String MESSAGE_COLUMNS = """
        m.id AS id, m.parent AS parent, m.role AS role, m.content AS content, m.reasoning AS reasoning,
        m.created_at AS created_at, t.id AS turn, t.request_id AS request_id, t.model AS model, t.state AS state,
        t.error_code AS error_code, t.error_message AS error_message, t.error_remedy AS error_remedy,
        t.first_token_ms AS first_token_ms, t.reasoning_ms AS reasoning_ms, t.total_ms AS total_ms,
        t.prompt_tokens AS prompt_tokens, t.completion_tokens AS completion_tokens
        """;

    private static final String PATH = """
        WITH RECURSIVE path(id, parent, depth) AS (
          SELECT id, parent, 1 FROM messages WHERE id = ? AND session = ?
          UNION ALL
          SELECT up.id, up.parent, depth + 1 FROM messages up JOIN path ON up.id = path.parent WHERE depth < ?)
        SELECT %s FROM path JOIN messages m ON m.id = path.id LEFT JOIN turns t ON t.message = m.id
        ORDER BY depth\
        """.formatted(MESSAGE_COLUMNS);

    private static final String SESSION = """
        SELECT key, title, created_at, updated_at,
          EXISTS(SELECT 1 FROM turns WHERE session = key AND state = 'RUNNING') AS running FROM sessions
        """;

    private final Database database;

    Store(Path directory) {
        this.database = Database.open(directory);
    }

    /** The newest conversations, newest first. */
    List<Session> sessions(int limit) {
        return database.query(SESSION + " ORDER BY updated_at DESC, rowid DESC LIMIT ?", Store::session, limit);
    }

    Optional<Session> session(String key) {
        return database.query(SESSION + " WHERE key = ?", Store::session, key).stream()
                .findFirst();
    }

    boolean rename(String key, String title) {
        return database.update("UPDATE sessions SET title = ? WHERE key = ?", title, key) > 0;
    }

    boolean delete(String key) {
        return database.update("DELETE FROM sessions WHERE key = ?", key) > 0;
    }

    /** The message at the end of the branch that the page shows; 0 in an empty or unknown conversation. */
    long leaf(String key) {
        return database.query("SELECT leaf FROM sessions WHERE key = ?", row -> row.getLong(1), key).stream()
                .findFirst()
                .orElse(0L);
    }

    /**
     * Messages from the first towards {@code leaf}: the last {@code limit} of that branch.
     *
     * @param leaf a message of this conversation; others give an empty list
     */
    List<Message> path(String key, long leaf, int limit) {
        var messages = new ArrayList<>(database.query(PATH, Store::message, leaf, key, limit));
        Collections.reverse(messages);
        return messages;
    }

    /** The assistant's message of an earlier call with the same key. */
    Optional<Begun> byIdempotencyKey(String idempotencyKey) {
        return begunBy("t.idempotency_key = ?", idempotencyKey);
    }

    Optional<Begun> byTurn(String turnId) {
        return begunBy("t.id = ?", turnId);
    }

    private Optional<Begun> begunBy(String condition, String value) {
        return database
                .query(
                        "SELECT t.session AS session, " + MESSAGE_COLUMNS
                                + " FROM turns t JOIN messages m ON m.id = t.message WHERE " + condition,
                        row -> new Begun(row.getString("session"), null, message(row)),
                        value)
                .stream()
                .findFirst()
                .flatMap(begun -> path(begun.sessionKey(), begun.answer().parent(), 1).stream()
                        .findFirst()
                        .map(question -> new Begun(begun.sessionKey(), question, begun.answer())));
    }

    /** Stores a question and the empty answer to come; makes the conversation if it is new. */
    Begun begin(String key, String title, String question, String idempotencyKey, Turn turn, long now) {
        return database.transaction(() -> {
            database.update(
                    "INSERT INTO sessions(key, title, created_at, updated_at) VALUES(?, ?, ?, ?) ON CONFLICT DO"
                            + " NOTHING",
                    key,
                    title,
                    now,
                    now);
            long parent = leaf(key);
            long user = database.insert(
                    "INSERT INTO messages(session, parent, role, content, created_at) VALUES(?, ?, 'user', ?, ?)",
                    key,
                    parent,
                    question,
                    now);
            var asked = new Message(user, parent, "user", question, "", now, null);
            return beginAnswer(key, asked, idempotencyKey, turn, now);
        });
    }

    /** Stores another empty answer to a question that has one already; the old one leaves the branch shown. */
    Begun beginAgain(String key, Message question, String idempotencyKey, Turn turn, long now) {
        return database.transaction(() -> beginAnswer(key, question, idempotencyKey, turn, now));
    }

    private Begun beginAnswer(String key, Message question, String idempotencyKey, Turn turn, long now) {
        long assistant = database.insert(
                "INSERT INTO messages(session, parent, role, content, created_at) VALUES(?, ?, 'assistant', '', ?)",
                key,
                question.id(),
                now);
        database.update(
                "INSERT INTO turns(id, session, message, idempotency_key, request_id, model, state, started_at)"
                        + " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                turn.id(),
                key,
                assistant,
                idempotencyKey,
                turn.requestId(),
                turn.model(),
                turn.state().name(),
                now);
        database.update("UPDATE sessions SET leaf = ?, updated_at = ? WHERE key = ?", assistant, now, key);
        return new Begun(key, question, new Message(assistant, question.id(), "assistant", "", "", now, turn));
    }

    /** Adds pieces of a running answer; those of an ended or deleted one are dropped. */
    void append(String turnId, List<Piece> pieces) {
        database.transaction(() -> {
            for (Piece piece : pieces) {
                database.update(
                        "INSERT INTO turn_events(turn, seq, kind, text) SELECT ?, ?, ?, ? WHERE EXISTS("
                                + "SELECT 1 FROM turns WHERE id = ? AND state = 'RUNNING')",
                        turnId,
                        piece.seq(),
                        piece.kind(),
                        piece.text(),
                        turnId);
            }
            return null;
        });
    }

    /** The end of a turn: its events become the message. */
    void finish(String key, Message answer, long now) {
        Turn turn = answer.turn();
        database.transaction(() -> {
            database.update(
                    "UPDATE messages SET content = ?, reasoning = ? WHERE id = ?",
                    answer.content(),
                    answer.reasoning(),
                    answer.id());
            database.update(
                    "UPDATE turns SET model = ?, state = ?, error_code = ?, error_message = ?, error_remedy = ?,"
                            + " first_token_ms = ?, reasoning_ms = ?, total_ms = ?, prompt_tokens = ?,"
                            + " completion_tokens = ? WHERE id = ?",
                    turn.model(),
                    turn.state().name(),
                    turn.errorCode(),
                    turn.errorMessage(),
                    turn.errorRemedy(),
                    turn.statistics().firstTokenMillis(),
                    turn.statistics().reasoningMillis(),
                    turn.statistics().totalMillis(),
                    turn.statistics().promptTokens(),
                    turn.statistics().completionTokens(),
                    turn.id());
            database.update("DELETE FROM turn_events WHERE turn = ?", turn.id());
            database.update("UPDATE sessions SET updated_at = ? WHERE key = ?", now, key);
            return null;
        });
    }

    /**
     * Closes the turns that a former gateway left running, with the text that they had.
     *
     * @return how many
     */
    int interruptRunning() {
        var left = database.query("SELECT id FROM turns WHERE state = 'RUNNING'", row -> row.getString(1));
        for (String turnId : left) {
            Begun begun = byTurn(turnId).orElseThrow();
            var content = new StringBuilder();
            var reasoning = new StringBuilder();
            database.query("SELECT seq, kind, text FROM turn_events WHERE turn = ? ORDER BY seq", Store::piece, turnId)
                    .forEach(piece -> (piece.isReasoning() ? reasoning : content).append(piece.text()));
            Message answer = begun.answer();
            Turn ended = answer.turn().ended(TurnState.INTERRUPTED, Turn.Statistics.NONE);
            finish(
                    begun.sessionKey(),
                    new Message(
                            answer.id(),
                            answer.parent(),
                            "assistant",
                            content.toString(),
                            reasoning.toString(),
                            answer.createdAt(),
                            ended),
                    answer.createdAt());
        }
        return left.size();
    }

    /** The turn that began last, for the trace. */
    Optional<Turn> lastTurn() {
        return database
                .query(
                        "SELECT " + MESSAGE_COLUMNS
                                + " FROM turns t JOIN messages m ON m.id = t.message ORDER BY m.id DESC LIMIT 1",
                        Store::message)
                .stream()
                .findFirst()
                .map(Message::turn);
    }

    private static Session session(ResultSet row) throws SQLException {
        return new Session(
                row.getString("key"),
                row.getString("title"),
                row.getLong("created_at"),
                row.getLong("updated_at"),
                row.getBoolean("running"));
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(
                row.getLong("id"),
                row.getLong("parent"),
                row.getString("role"),
                row.getString("content"),
                row.getString("reasoning"),
                row.getLong("created_at"),
                row.getString("turn") == null ? null : turn(row));
    }

    private static Turn turn(ResultSet row) throws SQLException {
        return new Turn(
                row.getString("turn"),
                row.getString("request_id"),
                row.getString("model"),
                TurnState.valueOf(row.getString("state")),
                row.getString("error_code"),
                row.getString("error_message"),
                row.getString("error_remedy"),
                new Turn.Statistics(
                        row.getLong("first_token_ms"),
                        row.getLong("reasoning_ms"),
                        row.getLong("total_ms"),
                        row.getLong("prompt_tokens"),
                        row.getLong("completion_tokens")));
    }

    private static Piece piece(ResultSet row) throws SQLException {
        return new Piece(row.getLong("seq"), row.getString("kind"), row.getString("text"));
    }

    @Override
    public void close() {
        database.close();
    }

    /** A turn's question and its answer, empty at first. */
    record Begun(String sessionKey, Message question, Message answer) {}

    /**
     * Deltas of one kind in a row, written together.
     *
     * @param seq number of the last delta in it
     * @param kind {@code content} or {@code reasoning}
     */
    record Piece(long seq, String kind, String text) {
        boolean isReasoning() {
            return kind.equals("reasoning");
        }
    }
}
