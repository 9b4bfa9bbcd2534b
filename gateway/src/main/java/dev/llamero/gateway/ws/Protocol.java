package dev.llamero.gateway.ws;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.chat.Chats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** JSON of the two sealed message types. Pure, any thread. PROTOCOL.md is its description. */
final class Protocol {
    static final int VERSION = 1;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{8,64}");
    private static final int ID_CHARS_MAX = 64;
    private static final int MODEL_CHARS_MAX = 200;
    private static final int HISTORY_LIMIT = 200;

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
            case "sessions.list" -> new ClientMessage.SessionsList(id);
            case "sessions.rename" ->
                new ClientMessage.SessionsRename(
                        id,
                        fields.key("sessionKey"),
                        fields.text("title", Chats.TITLE_CHARS_MAX).strip());
            case "sessions.delete" -> new ClientMessage.SessionsDelete(id, fields.key("sessionKey"));
            case "chat.history" ->
                new ClientMessage.ChatHistory(
                        id, fields.key("sessionKey"), fields.number("before", 0, 0, Long.MAX_VALUE), (int)
                                fields.number("limit", HISTORY_LIMIT, 1, HISTORY_LIMIT));
            case "chat.send" ->
                new ClientMessage.ChatSend(
                        id,
                        fields.key("sessionKey"),
                        fields.text("message", Chats.MESSAGE_CHARS_MAX),
                        fields.key("idempotencyKey"),
                        fields.model());
            case "chat.retry" ->
                new ClientMessage.ChatRetry(id, fields.key("turnId"), fields.key("idempotencyKey"), fields.model());
            case "chat.stop" -> new ClientMessage.ChatStop(id, fields.key("turnId"));
            case "models.list" -> new ClientMessage.ModelsList(id);
            case "debug" -> new ClientMessage.Debug(id);
            default -> throw new ProtocolException(id, "method is not known; PROTOCOL.md lists them");
        };
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
            case ChatEvent.TurnWaiting waiting -> "turn.waiting";
            case ChatEvent.TurnEnded ended -> "turn.ended";
            case ChatEvent.SessionChanged changed -> "session.changed";
            case ChatEvent.SessionDeleted deleted -> "session.deleted";
        };
        return new ServerMessage.Event(name, event);
    }

    /** Parameters of one request, checked one by one. */
    private record Fields(String id, JsonNode params) {
        String text(String name, int max) {
            JsonNode value = params.path(name);
            if (!value.isTextual()
                    || value.textValue().isBlank()
                    || value.textValue().length() > max) {
                throw new ProtocolException(id, name + " must be a text of 1 to " + max + " characters");
            }
            return value.textValue();
        }

        String model() {
            return params.path("model").asText("").isEmpty() ? "" : text("model", MODEL_CHARS_MAX);
        }

        String key(String name) {
            JsonNode value = params.path(name);
            if (!value.isTextual() || !KEY.matcher(value.textValue()).matches()) {
                throw new ProtocolException(id, name + " must be 8 to 64 letters, digits, dashes or underscores");
            }
            return value.textValue();
        }

        long number(String name, long fallback, long min, long max) {
            JsonNode value = params.path(name);
            if (value.isMissingNode() || value.isNull()) {
                return fallback;
            }
            if (!value.isIntegralNumber()
                    || !value.canConvertToLong()
                    || value.longValue() < min
                    || value.longValue() > max) {
                throw new ProtocolException(id, name + " must be a whole number from " + min + " to " + max);
            }
            return value.longValue();
        }
    }
}
