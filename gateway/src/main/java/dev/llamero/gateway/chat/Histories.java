package dev.llamero.gateway.chat;

import dev.llamero.gateway.chat.TurnStore.Begun;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What pages see of conversations, in order with the events. Any thread. */
public final class Histories {
    /** A page of history stays well below what a browser's outbox may hold. */
    static final int HISTORY_CHARS_MAX = 1_500_000;

    private final Store store;
    private final LiveTurns live;
    private final Sessions sessions;

    Histories(Store store, LiveTurns live, Sessions sessions) {
        this.store = store;
        this.live = live;
        this.sessions = sessions;
    }

    /**
     * Gives a conversation's messages, with the text so far of a running answer, in order with the events.
     *
     * @param before only messages before this one; 0 for the newest
     * @param receiver is called within the lock, so it sees every later event later
     */
    public void history(String owner, String sessionKey, long before, int limit, Consumer<History> receiver) {
        live.locked(() -> {
            Session session = store.sessions().get(owner, sessionKey).orElse(null);
            long leaf = session == null ? 0 : before == 0 ? store.sessions().leaf(sessionKey) : before;
            var path = new ArrayList<>(
                    store.messages().path(sessionKey, leaf, Math.min(limit, Chats.PATH_MESSAGES_MAX) + 2));
            if (before != 0 && !path.isEmpty()) {
                path.removeLast();
            }
            boolean more = cut(path, limit);
            LiveTurn running = session == null ? null : live.of(sessionKey).orElse(null);
            if (running != null) {
                path.replaceAll(message -> message.id() == running.answer.id() ? running.soFar() : message);
            }
            receiver.accept(new History(
                    session == null || store.sessions().leaf(sessionKey) == 0 ? null : session,
                    session == null ? ChatSettings.NONE : store.sessions().settings(sessionKey),
                    path,
                    more,
                    running == null ? 0 : running.seq()));
        });
    }

    private static boolean cut(List<Message> path, int limit) {
        long chars = 0;
        for (int i = path.size() - 1; i >= 0; i--) {
            chars += path.get(i).content().length() + path.get(i).reasoning().length();
            boolean tooMuch = chars > HISTORY_CHARS_MAX && i < path.size() - 1;
            if (tooMuch || path.size() - i > limit) {
                path.subList(0, i + 1).clear();
                return true;
            }
        }
        return false;
    }

    /**
     * Gives what a page missed of one turn, in order with the events.
     *
     * @param seen number of the last event that the page has
     * @param receiver is called within the lock, so it sees every later event later
     */
    public void resume(String owner, String sessionKey, String turnId, long seen, Consumer<Rest> receiver) {
        live.locked(() -> {
            LiveTurn running = live.byId(turnId)
                    .filter(turn -> turn.owner.equals(owner) && turn.sessionKey.equals(sessionKey))
                    .orElse(null);
            if (running != null) {
                receiver.accept(running.rest(seen));
                return;
            }
            Message answer = owned(owner, turnId).answer();
            receiver.accept(new Rest(turnId, 0, answer.turn().state(), true, "", "", List.of(), answer));
        });
    }

    /** Shows the branch through this message from now on. */
    public void branch(String owner, String sessionKey, long messageId) {
        live.locked(() -> {
            sessions.checkKnown(owner, sessionKey);
            long leaf = store.messages().newestBelow(sessionKey, messageId).orElseThrow(Histories::unknownMessage);
            long updated = store.sessions().get(owner, sessionKey).orElseThrow().updatedAt();
            store.sessions().leaf(sessionKey, leaf, updated);
            live.publish(owner, new ChatEvent.SessionBranched(sessionKey));
        });
    }

    /** A file that went with a question. */
    public Attachment attachment(String owner, String sessionKey, long messageId, int index) {
        sessions.checkKnown(owner, sessionKey);
        List<Attachment> files = store.messages().attachments(sessionKey, messageId);
        if (index >= files.size()) {
            throw new ChatException("NOT_FOUND", "there is no such file with this message");
        }
        return files.get(index);
    }

    /** A run of this owner's that is not in a deleted conversation. */
    Begun owned(String owner, String turnId) {
        return store.turns()
                .byId(turnId)
                .filter(begun ->
                        begun.owner().equals(owner) && !store.sessions().isDeleted(begun.sessionKey()))
                .orElseThrow(
                        () -> new ChatException("NOT_FOUND", "this answer is not there any more; reload the page"));
    }

    static ChatException unknownMessage() {
        return new ChatException("NOT_FOUND", "there is no such message in this chat; reload the page");
    }

    /**
     * One page of a conversation.
     *
     * @param session null if there is none yet
     * @param more whether there are earlier messages
     * @param seq number of the last event that is in the running answer's text; 0 if none runs
     */
    public record History(Session session, ChatSettings settings, List<Message> messages, boolean more, long seq) {}
}
