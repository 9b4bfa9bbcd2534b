package dev.llamero.gateway.chat;

import java.util.List;
import java.util.Optional;

/**
 * Runs on disk, and the numbered event log of each that is not over. Any thread.
 *
 * <p>A running answer is an append-only list of numbered events, so that writing it costs no more the longer it gets;
 * at its end they become the message's text.
 */
final class TurnStore {
    /** Numbers that a killed gateway may have given to events that never reached the disk: fewer than this. */
    static final long SEQ_GAP = 10_000;

    private final Database database;
    private final MessageStore messages;

    TurnStore(Database database, MessageStore messages) {
        this.database = database;
        this.messages = messages;
    }

    /** The run of an earlier call with the same key. */
    Optional<Begun> byIdempotencyKey(String idempotencyKey) {
        return begunBy("t.idempotency_key = ?", idempotencyKey);
    }

    Optional<Begun> byId(String turnId) {
        return begunBy("t.id = ?", turnId);
    }

    private Optional<Begun> begunBy(String condition, String value) {
        return database
                .query(
                        "SELECT t.session AS session, t.settings AS settings, o.owner AS owner, "
                                + MessageStore.COLUMNS
                                + " FROM turns t JOIN messages m ON m.id = t.message"
                                + " JOIN sessions o ON o.key = t.session WHERE " + condition,
                        row -> new Begun(
                                row.getString("owner"),
                                row.getString("session"),
                                null,
                                MessageStore.message(row),
                                ChatSettings.of(row.getString("settings"))),
                        value)
                .stream()
                .findFirst()
                .flatMap(
                        begun -> messages.get(begun.sessionKey(), begun.answer().parent())
                                .map(begun::withQuestion));
    }

    void insert(String key, long message, String idempotencyKey, Turn turn, ChatSettings settings, long now) {
        database.update(
                "INSERT INTO turns(id, session, message, idempotency_key, request_id, model, state, settings,"
                        + " started_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                turn.id(),
                key,
                message,
                idempotencyKey,
                turn.requestId(),
                turn.model(),
                turn.state().name(),
                settings.json(),
                now);
    }

    /** Adds events of a running answer; those of an ended or deleted one are dropped. */
    void append(String turnId, List<Piece> pieces) {
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
    }

    void forgetEvents(String turnId) {
        database.update("DELETE FROM turn_events WHERE turn = ?", turnId);
    }

    /** The text of a run as far as it was written. */
    AnswerText text(String turnId) {
        var text = new AnswerText();
        database.query(
                        "SELECT seq, kind, text FROM turn_events WHERE turn = ? ORDER BY seq",
                        row -> new Piece(row.getLong("seq"), row.getString("kind"), row.getString("text")),
                        turnId)
                .forEach(piece -> text.append(piece.kind(), piece.text()));
        return text;
    }

    /** Ids of the runs that nobody ended, oldest first. */
    List<String> running() {
        return database.query(
                "SELECT id FROM turns WHERE state = 'RUNNING' ORDER BY started_at, id", row -> row.getString(1));
    }

    /** How often it was asked so far: survives the gateway, so that a question that kills it is not asked for ever. */
    void attempts(String turnId, int attempts) {
        database.update("UPDATE turns SET attempts = ? WHERE id = ?", attempts, turnId);
    }

    void model(String turnId, String model) {
        database.update("UPDATE turns SET model = ? WHERE id = ?", model, turnId);
    }

    /**
     * Takes a run over from a gateway that is gone: its next events get numbers that the former one cannot have given.
     *
     * @return the number after which they go on
     */
    long adopt(String turnId) {
        return database.transaction(() -> {
            long last = database.query(
                            "SELECT max(seq_base, coalesce((SELECT max(seq) FROM turn_events WHERE turn = id), 0))"
                                    + " FROM turns WHERE id = ?",
                            row -> row.getLong(1),
                            turnId)
                    .getFirst();
            long base = last + SEQ_GAP;
            database.update("UPDATE turns SET seq_base = ? WHERE id = ?", base, turnId);
            return base;
        });
    }

    void end(Turn turn) {
        database.update(
                "UPDATE turns SET model = ?, state = ?, error_code = ?, error_message = ?, error_remedy = ?,"
                        + " finish_reason = ?, attempts = ?, first_token_ms = ?, reasoning_ms = ?, total_ms = ?,"
                        + " prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, tokens_per_second = ?,"
                        + " context_tokens = ?, context_tokens_max = ? WHERE id = ?",
                turn.model(),
                turn.state().name(),
                turn.errorCode(),
                turn.errorMessage(),
                turn.errorRemedy(),
                turn.finishReason(),
                turn.attempts(),
                turn.statistics().firstTokenMillis(),
                turn.statistics().reasoningMillis(),
                turn.statistics().totalMillis(),
                turn.statistics().promptTokens(),
                turn.statistics().cachedTokens(),
                turn.statistics().completionTokens(),
                turn.statistics().tokensPerSecond(),
                turn.statistics().contextTokens(),
                turn.statistics().contextTokensMax(),
                turn.id());
        forgetEvents(turn.id());
    }

    /** The turn of this owner that began last, for the trace. */
    Optional<Turn> last(String owner) {
        return database
                .query(
                        "SELECT " + MessageStore.COLUMNS
                                + " FROM turns t JOIN messages m ON m.id = t.message JOIN sessions s ON s.key ="
                                + " m.session WHERE s.owner = ? ORDER BY m.id DESC LIMIT 1",
                        MessageStore::message,
                        owner)
                .stream()
                .findFirst()
                .map(Message::turn);
    }

    /**
     * A run's question and its answer, empty at first.
     *
     * @param settings how it is asked, each time that it is
     */
    record Begun(String owner, String sessionKey, Message question, Message answer, ChatSettings settings) {
        Begun withQuestion(Message asked) {
            return new Begun(owner, sessionKey, asked, answer, settings);
        }
    }

    /**
     * Deltas of one kind in a row, written together.
     *
     * @param seq number of the last delta in it
     * @param kind as in {@link AnswerText}
     */
    record Piece(long seq, String kind, String text) {}
}
