package dev.llamero.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The tree of messages of each conversation, with their turns. Any thread. */
final class MessageStore {
    static final String COLUMNS = """
        m.id AS id, m.parent AS parent, m.role AS role, m.content AS content, m.reasoning AS reasoning,
        m.created_at AS created_at, m.tool_calls AS tool_calls,
        (SELECT group_concat(id) FROM (SELECT s.id AS id FROM messages s
          WHERE s.session = m.session AND s.parent = m.parent AND s.role = m.role ORDER BY s.id)) AS siblings,
        (SELECT json_group_array(json_object('name', name, 'mediaType', media_type, 'chars', length(text)))
          FROM (SELECT * FROM attachments WHERE message = m.id ORDER BY position)) AS attachments,
        t.id AS turn, t.request_id AS request_id, t.model AS model, t.state AS state,
        t.error_code AS error_code, t.error_message AS error_message, t.error_remedy AS error_remedy,
        t.finish_reason AS finish_reason, t.attempts AS attempts,
        t.first_token_ms AS first_token_ms, t.reasoning_ms AS reasoning_ms, t.total_ms AS total_ms,
        t.prompt_tokens AS prompt_tokens, t.cached_tokens AS cached_tokens, t.completion_tokens AS completion_tokens,
        t.tokens_per_second AS tokens_per_second, t.context_tokens AS context_tokens,
        t.context_tokens_max AS context_tokens_max
        """;

    private static final String PATH = """
        WITH RECURSIVE path(id, parent, depth) AS (
          SELECT id, parent, 1 FROM messages WHERE id = ? AND session = ?
          UNION ALL
          SELECT up.id, up.parent, depth + 1 FROM messages up JOIN path ON up.id = path.parent WHERE depth < ?)
        SELECT %s FROM path JOIN messages m ON m.id = path.id LEFT JOIN turns t ON t.message = m.id
        ORDER BY depth\
        """.formatted(COLUMNS);

    private static final String NEWEST_BELOW = """
        WITH RECURSIVE below(id) AS (
          SELECT id FROM messages WHERE id = ? AND session = ?
          UNION ALL
          SELECT down.id FROM messages down JOIN below ON down.parent = below.id AND down.session = ?)
        SELECT max(id) AS id FROM below\
        """;

    private final Database database;

    MessageStore(Database database) {
        this.database = database;
    }

    /**
     * Messages from the first towards {@code leaf}: the last {@code limit} of that branch.
     *
     * @param leaf a message of this conversation; others give an empty list
     */
    List<Message> path(String key, long leaf, int limit) {
        var messages = new ArrayList<>(database.query(PATH, MessageStore::message, leaf, key, limit));
        Collections.reverse(messages);
        return messages;
    }

    Optional<Message> get(String key, long id) {
        return path(key, id, 1).stream().findFirst();
    }

    /** Every message of the conversation, parents before their children. */
    List<Message> tree(String key) {
        return database.query(
                "SELECT " + COLUMNS + " FROM messages m LEFT JOIN turns t ON t.message = m.id WHERE m.session = ?"
                        + " ORDER BY m.id",
                MessageStore::message,
                key);
    }

    /** The end of the branch that was made last through this message. */
    Optional<Long> newestBelow(String key, long message) {
        return database
                .query(
                        NEWEST_BELOW,
                        row -> row.getObject("id") == null ? null : (Long) row.getLong("id"),
                        message,
                        key,
                        key)
                .stream()
                .filter(java.util.Objects::nonNull)
                .findFirst();
    }

    int siblings(String key, long parent, String role) {
        return database.query(
                        "SELECT count(*) FROM messages WHERE session = ? AND parent = ? AND role = ?",
                        row -> row.getInt(1),
                        key,
                        parent,
                        role)
                .getFirst();
    }

    long insert(String key, long parent, String role, AnswerText text, long now) {
        return database.insert(
                "INSERT INTO messages(session, parent, role, content, reasoning, tool_calls, created_at)"
                        + " VALUES(?, ?, ?, ?, ?, ?, ?)",
                key,
                parent,
                role,
                text.content(),
                text.reasoning(),
                Json.write(text.toolCalls()),
                now);
    }

    void attach(long message, List<Attachment> attachments) {
        for (int i = 0; i < attachments.size(); i++) {
            Attachment attachment = attachments.get(i);
            database.update(
                    "INSERT INTO attachments(message, position, name, media_type, text) VALUES(?, ?, ?, ?, ?)",
                    message,
                    i,
                    attachment.name(),
                    attachment.mediaType(),
                    attachment.text());
        }
    }

    List<Attachment> attachments(String key, long message) {
        return database.query(
                "SELECT a.name AS name, a.media_type AS media_type, a.text AS text FROM attachments a JOIN messages m"
                        + " ON m.id = a.message WHERE a.message = ? AND m.session = ? ORDER BY position",
                row -> new Attachment(row.getString("name"), row.getString("media_type"), row.getString("text")),
                message,
                key);
    }

    static Message message(ResultSet row) throws SQLException {
        String attachments = row.getString("attachments");
        String calls = row.getString("tool_calls");
        return new Message(
                row.getLong("id"),
                row.getLong("parent"),
                row.getString("role"),
                row.getString("content"),
                row.getString("reasoning"),
                row.getLong("created_at"),
                Arrays.stream(row.getString("siblings").split(","))
                        .map(Long::valueOf)
                        .toList(),
                attachments.equals("[]") ? List.of() : labels(Json.read(attachments)),
                calls.equals("[]") ? List.of() : toolCalls(Json.read(calls)),
                row.getString("turn") == null ? null : turn(row));
    }

    private static List<Attachment.Label> labels(JsonNode list) {
        var labels = new ArrayList<Attachment.Label>();
        list.forEach(label -> labels.add(new Attachment.Label(
                label.get("name").textValue(),
                label.get("mediaType").textValue(),
                label.get("chars").intValue())));
        return labels;
    }

    static List<ToolCall> toolCalls(JsonNode list) {
        var calls = new ArrayList<ToolCall>();
        list.forEach(call -> calls.add(new ToolCall(
                call.path("id").asText(),
                call.path("name").asText(),
                call.path("arguments").asText())));
        return calls;
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
                row.getString("finish_reason"),
                row.getInt("attempts"),
                new Turn.Statistics(
                        row.getLong("first_token_ms"),
                        row.getLong("reasoning_ms"),
                        row.getLong("total_ms"),
                        row.getLong("prompt_tokens"),
                        row.getLong("cached_tokens"),
                        row.getLong("completion_tokens"),
                        row.getDouble("tokens_per_second"),
                        row.getLong("context_tokens"),
                        row.getLong("context_tokens_max")));
    }
}
