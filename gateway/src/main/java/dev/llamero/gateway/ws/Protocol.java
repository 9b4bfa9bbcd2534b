package dev.llamero.gateway.ws;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.gateway.chat.Archive;
import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.chat.SearchIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** JSON of the two sealed message types. Pure, any thread. PROTOCOL.md is its description. */
final class Protocol {
    static final int VERSION = 1;

    private static final int ID_CHARS_MAX = 64;
    private static final int HISTORY_LIMIT = 200;
    private static final int HITS_LIMIT = 100;
    private static final int HITS_DEFAULT = 30;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxStringLength(Chats.MESSAGE_CHARS_MAX + 1)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Protocol() {}

    /**
     * Reads one message.
     *
     * @throws ProtocolException with the id, if that much could be read, and what is wrong
     */
    static ClientMessage read(byte[] utf8) {
        JsonNode root;
        try {
            root = JSON.readTree(utf8);
        } catch (JacksonException e) {
            throw new ProtocolException(
                    "", "not JSON, or a text in it is longer than " + Chats.MESSAGE_CHARS_MAX + " characters");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String id = root == null ? "" : root.path("id").asText("");
        if (id.isEmpty() || id.length() > ID_CHARS_MAX || !root.path("id").isTextual()) {
            throw new ProtocolException("", "id must be a text of 1 to " + ID_CHARS_MAX + " characters");
        }
        if (!root.path("type").asText().equals("req")) {
            throw new ProtocolException(id, "type must be \"req\"");
        }
        return request(id, root.path("method").asText(), new Fields(id, root.path("params")));
    }

    private static ClientMessage request(String id, String method, Fields fields) {
        return switch (method) {
            case "hello" -> new ClientMessage.Hello(id, (int) fields.number("protocol", VERSION, 1, 1000));
            case "ping" -> new ClientMessage.Ping(id);
            case "models.list" -> new ClientMessage.ModelsList(id);
            case "models.pull" -> new ClientMessage.ModelsPull(id, fields.text("model", Fields.MODEL_CHARS_MAX));
            case "models.pullStop" ->
                new ClientMessage.ModelsPullStop(id, fields.text("model", Fields.MODEL_CHARS_MAX));
            case "debug" -> new ClientMessage.Debug(id);
            default -> {
                if (method.startsWith("sessions.")) {
                    yield sessions(id, method, fields);
                }
                yield method.startsWith("chat.") ? chat(id, method, fields) : unknown(id);
            }
        };
    }

    private static ClientMessage sessions(String id, String method, Fields fields) {
        return switch (method) {
            case "sessions.list" -> new ClientMessage.SessionsList(id);
            case "sessions.rename" ->
                new ClientMessage.SessionsRename(
                        id,
                        fields.key("sessionKey"),
                        fields.text("title", Chats.TITLE_CHARS_MAX).strip());
            case "sessions.pin" -> new ClientMessage.SessionsPin(id, fields.key("sessionKey"), fields.flag("pinned"));
            case "sessions.delete" -> new ClientMessage.SessionsDelete(id, fields.key("sessionKey"));
            case "sessions.restore" -> new ClientMessage.SessionsRestore(id, fields.key("sessionKey"));
            case "sessions.configure" ->
                new ClientMessage.SessionsConfigure(id, fields.key("sessionKey"), fields.settings());
            case "sessions.search" ->
                new ClientMessage.SessionsSearch(id, fields.text("query", SearchIndex.QUERY_CHARS_MAX), (int)
                        fields.number("limit", HITS_DEFAULT, 1, HITS_LIMIT));
            case "sessions.export" ->
                new ClientMessage.SessionsExport(
                        id, fields.key("sessionKey"), fields.oneOf("format", "json", "markdown"), (int)
                                fields.number("offset", 0, 0, Integer.MAX_VALUE));
            case "sessions.import" ->
                new ClientMessage.SessionsImport(
                        id,
                        fields.key("importKey"),
                        (int) fields.number("part", 0, Archive.IMPORT_CHARS_MAX),
                        fields.flag("last"),
                        fields.part("text", Archive.PART_CHARS_MAX));
            default -> unknown(id);
        };
    }

    private static ClientMessage chat(String id, String method, Fields fields) {
        return switch (method) {
            case "chat.history" ->
                new ClientMessage.ChatHistory(
                        id, fields.key("sessionKey"), fields.number("before", 0, 0, Long.MAX_VALUE), (int)
                                fields.number("limit", HISTORY_LIMIT, 1, HISTORY_LIMIT));
            case "chat.resume" ->
                new ClientMessage.ChatResume(
                        id, fields.key("sessionKey"), fields.key("turnId"), fields.number("seq", 0, Long.MAX_VALUE));
            case "chat.send" -> {
                String key = fields.key("sessionKey");
                String message = fields.text("message", Chats.MESSAGE_CHARS_MAX);
                yield new ClientMessage.ChatSend(
                        id,
                        key,
                        message,
                        fields.key("idempotencyKey"),
                        fields.model(),
                        fields.attachments(message, List.of()));
            }
            case "chat.retry" ->
                new ClientMessage.ChatRetry(id, fields.key("turnId"), fields.key("idempotencyKey"), fields.model());
            case "chat.edit" -> {
                String key = fields.key("sessionKey");
                String message = fields.text("message", Chats.MESSAGE_CHARS_MAX);
                yield new ClientMessage.ChatEdit(
                        id,
                        key,
                        fields.number("messageId", 1, Long.MAX_VALUE),
                        message,
                        fields.key("idempotencyKey"),
                        fields.model(),
                        fields.attachments(message, null));
            }
            case "chat.continue" ->
                new ClientMessage.ChatContinue(id, fields.key("turnId"), fields.key("idempotencyKey"));
            case "chat.branch" ->
                new ClientMessage.ChatBranch(
                        id, fields.key("sessionKey"), fields.number("messageId", 1, Long.MAX_VALUE));
            case "chat.attachment" ->
                new ClientMessage.ChatAttachment(
                        id, fields.key("sessionKey"), fields.number("messageId", 1, Long.MAX_VALUE), (int)
                                fields.number("index", 0, Integer.MAX_VALUE));
            case "chat.measured" -> new ClientMessage.ChatMeasured(id, fields.key("turnId"), fields.measured());
            case "chat.stop" -> new ClientMessage.ChatStop(id, fields.key("turnId"));
            default -> unknown(id);
        };
    }

    private static ClientMessage unknown(String id) {
        throw new ProtocolException(id, "method is not known; PROTOCOL.md lists them");
    }

    /** One message as one line of JSON. */
    static String write(ServerMessage message) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        switch (message) {
            case ServerMessage.Response response ->
                root.put("type", "res")
                        .put("id", response.id())
                        .put("ok", true)
                        .set("payload", JSON.valueToTree(response.payload()));
            case ServerMessage.Failure failure ->
                root.put("type", "res")
                        .put("id", failure.id())
                        .put("ok", false)
                        .putObject("error")
                        .put("code", failure.code())
                        .put("message", failure.message())
                        .put("retryable", failure.retryable());
            case ServerMessage.Event event ->
                root.put("type", "event").put("event", event.event()).set("payload", JSON.valueToTree(event.payload()));
        }
        return root.toString();
    }

    /** How an event of the chats is called on the wire. */
    static ServerMessage.Event event(ChatEvent event) {
        String name = switch (event) {
            case ChatEvent.TurnStarted started -> "turn.started";
            case ChatEvent.TurnDelta delta -> "turn.delta";
            case ChatEvent.TurnTool tool -> "turn.tool";
            case ChatEvent.TurnThought thought -> "turn.thought";
            case ChatEvent.TurnWaiting waiting -> "turn.waiting";
            case ChatEvent.TurnResuming resuming -> "turn.resuming";
            case ChatEvent.TurnReset reset -> "turn.reset";
            case ChatEvent.TurnEnded ended -> "turn.ended";
            case ChatEvent.SessionChanged changed -> "session.changed";
            case ChatEvent.SessionDeleted deleted -> "session.deleted";
            case ChatEvent.SessionBranched branched -> "session.branched";
            case ChatEvent.SessionConfigured configured -> "session.configured";
            case ChatEvent.ModelPull pull -> "models.pull";
        };
        return new ServerMessage.Event(name, event);
    }
}
