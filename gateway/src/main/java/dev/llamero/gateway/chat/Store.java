package dev.llamero.gateway.chat;

import dev.llamero.gateway.chat.TurnStore.Begun;
import dev.llamero.gateway.chat.TurnStore.Piece;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Conversations on disk: owns the database and does what concerns several of its tables. Any thread. */
final class Store implements AutoCloseable {
    private final Database database;
    private final SessionStore sessions;
    private final MessageStore messages;
    private final TurnStore turns;
    private final SearchIndex search;

    Store(Path directory) {
        database = Database.open(directory);
        sessions = new SessionStore(database);
        messages = new MessageStore(database);
        turns = new TurnStore(database, messages);
        search = new SearchIndex(database);
        if (database.writtenBy() == 1) {
            search.addAll();
        }
    }

    SessionStore sessions() {
        return sessions;
    }

    MessageStore messages() {
        return messages;
    }

    TurnStore turns() {
        return turns;
    }

    SearchIndex search() {
        return search;
    }

    /**
     * A question to be stored.
     *
     * @param title for a conversation that is new
     * @param parent message that it follows
     * @param idempotencyKey names the call that asked
     */
    record Asked(
            String owner,
            String sessionKey,
            String title,
            long parent,
            String text,
            List<Attachment> attachments,
            String idempotencyKey) {}

    /** Stores a question and the empty answer to come; makes the conversation if it is new. */
    Begun begin(Asked asked, Turn turn, ChatSettings settings, long now) {
        return database.transaction(() -> {
            sessions.make(asked.owner(), asked.sessionKey(), asked.title(), now);
            var text = new AnswerText();
            text.append(AnswerText.CONTENT, asked.text());
            long question = messages.insert(asked.sessionKey(), asked.parent(), "user", text, now);
            messages.attach(question, asked.attachments());
            search.add(question, asked.text());
            return answer(asked.sessionKey(), question, asked.idempotencyKey(), turn, settings, new AnswerText(), now);
        });
    }

    /**
     * Stores another answer to a question that has one already; the old one leaves the branch shown.
     *
     * @param soFar what it begins with
     */
    Begun beginAgain(Begun old, String idempotencyKey, Turn turn, ChatSettings settings, AnswerText soFar, long now) {
        return database.transaction(
                () -> answer(old.sessionKey(), old.question().id(), idempotencyKey, turn, settings, soFar, now));
    }

    private Begun answer(
            String key,
            long question,
            String idempotencyKey,
            Turn turn,
            ChatSettings settings,
            AnswerText soFar,
            long now) {
        long answer = messages.insert(key, question, "assistant", soFar, now);
        turns.insert(key, answer, idempotencyKey, turn, settings, now);
        var pieces = new ArrayList<Piece>();
        int runs = soFar.runs().size();
        for (int i = 0; i < runs; i++) {
            AnswerText.Run run = soFar.runs().get(i);
            // What was there before has no number that anybody will see.
            pieces.add(new Piece(i + 1 - runs, run.kind(), run.text().toString()));
        }
        turns.append(turn.id(), pieces);
        sessions.leaf(key, answer, now);
        return turns.byId(turn.id()).orElseThrow();
    }

    /** Adds events to the log of a run. */
    void append(String turnId, List<Piece> pieces) {
        database.transaction(() -> {
            turns.append(turnId, pieces);
            return null;
        });
    }

    /** Puts other events in the place of all that a run's log holds. */
    void rewrite(String turnId, List<Piece> pieces) {
        database.transaction(() -> {
            turns.forgetEvents(turnId);
            turns.append(turnId, pieces);
            return null;
        });
    }

    /** The end of a turn: its events become the message. */
    void finish(String key, Message answer, long now) {
        database.transaction(() -> {
            database.update(
                    "UPDATE messages SET content = ?, reasoning = ?, tool_calls = ? WHERE id = ?",
                    answer.content(),
                    answer.reasoning(),
                    Json.write(answer.toolCalls()),
                    answer.id());
            turns.end(answer.turn());
            database.update("UPDATE sessions SET updated_at = ? WHERE key = ?", now, key);
            search.add(answer.id(), answer.content());
            return null;
        });
    }

    <T> T transaction(Database.Work<T> work) {
        return database.transaction(work);
    }

    @Override
    public void close() {
        database.close();
    }
}
