package dev.llamero.gateway.ws;

import dev.llamero.gateway.chat.Attachment;
import dev.llamero.gateway.chat.ChatSettings;
import dev.llamero.gateway.chat.TurnTimes;
import java.util.List;

/** What a browser may ask for. Each has an id of the browser's, which the response repeats. */
sealed interface ClientMessage {
    String id();

    /** First message: who is there, and which limits hold. */
    record Hello(String id, int protocol) implements ClientMessage {}

    record Ping(String id) implements ClientMessage {}

    record SessionsList(String id) implements ClientMessage {}

    record SessionsRename(String id, String sessionKey, String title) implements ClientMessage {}

    record SessionsPin(String id, String sessionKey, boolean pinned) implements ClientMessage {}

    record SessionsDelete(String id, String sessionKey) implements ClientMessage {}

    record SessionsRestore(String id, String sessionKey) implements ClientMessage {}

    record SessionsConfigure(String id, String sessionKey, ChatSettings settings) implements ClientMessage {}

    record SessionsSearch(String id, String query, int limit) implements ClientMessage {}

    record SessionsExport(String id, String sessionKey, String format, int offset) implements ClientMessage {}

    record SessionsImport(String id, String importKey, int part, boolean last, String text) implements ClientMessage {}

    /** Messages of one conversation; from now on this socket gets its events. */
    record ChatHistory(String id, String sessionKey, long before, int limit) implements ClientMessage {}

    /** What was missed of one turn; from now on this socket gets the events of its conversation. */
    record ChatResume(String id, String sessionKey, String turnId, long seq) implements ClientMessage {}

    /** @param model whom to ask; empty for the gateway's own choice */
    record ChatSend(
            String id,
            String sessionKey,
            String message,
            String idempotencyKey,
            String model,
            List<Attachment> attachments)
            implements ClientMessage {}

    /** @param model whom to ask; empty for the gateway's own choice */
    record ChatRetry(String id, String turnId, String idempotencyKey, String model) implements ClientMessage {}

    /** @param attachments null for those of the old question */
    record ChatEdit(
            String id,
            String sessionKey,
            long messageId,
            String message,
            String idempotencyKey,
            String model,
            List<Attachment> attachments)
            implements ClientMessage {}

    record ChatContinue(String id, String turnId, String idempotencyKey) implements ClientMessage {}

    record ChatBranch(String id, String sessionKey, long messageId) implements ClientMessage {}

    record ChatAttachment(String id, String sessionKey, long messageId, int index) implements ClientMessage {}

    /** What the page that asked measured of a turn. */
    record ChatMeasured(String id, String turnId, TurnTimes.Seen seen) implements ClientMessage {}

    record ChatStop(String id, String turnId) implements ClientMessage {}

    record ModelsList(String id) implements ClientMessage {}

    record ModelsPull(String id, String model) implements ClientMessage {}

    record ModelsPullStop(String id, String model) implements ClientMessage {}

    record Debug(String id) implements ClientMessage {}
}
