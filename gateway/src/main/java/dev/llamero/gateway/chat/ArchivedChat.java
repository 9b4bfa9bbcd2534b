package dev.llamero.gateway.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.gateway.upstream.CompletionCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A conversation in a file: the whole tree of its messages. Reading trusts nothing.
 *
 * @param leaf the message at the end of the branch that is shown
 */
record ArchivedChat(String title, long createdAt, ChatSettings settings, long leaf, List<Entry> messages) {
    static final String FORMAT = "llamero-chat";
    static final int VERSION = 1;
    static final int MESSAGES_MAX = 20_000;
    /** As many as one answer of a server may have. */
    static final int TOOL_CALLS_MAX = 128;

    private static final int MODEL_CHARS_MAX = 200;
    private static final int NAME_CHARS_MAX = 200;
    private static final int MEDIA_TYPE_CHARS_MAX = 100;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxStringLength(Archive.IMPORT_CHARS_MAX)
                    .build())
            .build());

    /** One message; ids are the file's own. */
    record Entry(
            long id,
            long parent,
            String role,
            String content,
            String reasoning,
            long createdAt,
            String model,
            TurnState state,
            String finishReason,
            List<ToolCall> toolCalls,
            List<Attachment> attachments) {
        static Entry of(Message message, List<Attachment> files) {
            Turn turn = message.turn();
            boolean running = turn != null && turn.state() == TurnState.RUNNING;
            return new Entry(
                    message.id(),
                    message.parent(),
                    message.role(),
                    message.content(),
                    message.reasoning(),
                    message.createdAt(),
                    turn == null ? "" : turn.model(),
                    turn == null ? TurnState.DONE : running ? TurnState.INTERRUPTED : turn.state(),
                    turn == null ? "" : turn.finishReason(),
                    message.toolCalls(),
                    files);
        }

        /** All characters of it. */
        long chars() {
            return (long) content.length()
                    + reasoning.length()
                    + toolCalls.stream()
                            .mapToLong(call -> call.id().length()
                                    + call.name().length()
                                    + call.arguments().length())
                            .sum()
                    + attachments.stream()
                            .mapToLong(file -> file.text().length())
                            .sum();
        }

        AnswerText text() {
            var text = new AnswerText();
            text.append(AnswerText.REASONING, reasoning);
            text.append(AnswerText.CONTENT, content);
            for (int i = 0; i < toolCalls.size(); i++) {
                ToolCall call = toolCalls.get(i);
                text.append(AnswerText.tool(i, call.id(), call.name()), call.arguments());
            }
            return text;
        }
    }

    String json() {
        ObjectNode root = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("version", VERSION)
                .put("title", title)
                .put("createdAt", createdAt)
                .put("leaf", leaf);
        root.set("settings", JSON.valueToTree(settings));
        root.set("messages", JSON.valueToTree(messages));
        return root.toPrettyString();
    }

    /**
     * One conversation, or a list of them.
     *
     * @throws ChatException that names what is wrong
     */
    static List<ArchivedChat> read(String file) {
        JsonNode root;
        try {
            root = JSON.readTree(file);
        } catch (JsonProcessingException e) {
            throw wrong("it is not JSON: " + e.getOriginalMessage());
        }
        var chats = new ArrayList<ArchivedChat>();
        if (root.isArray()) {
            for (int i = 0; i < root.size(); i++) {
                chats.add(new Reader("chat " + (i + 1) + ": ").chat(root.get(i)));
            }
        } else {
            chats.add(new Reader("").chat(root));
        }
        if (chats.isEmpty()) {
            throw wrong("there is no chat in it");
        }
        return chats;
    }

    /**
     * What holds for all conversations holds for one from a file, in whatever way that was written: what is larger
     * could be neither shown nor asked.
     *
     * @param where goes before what is wrong
     * @throws ChatException that names what is too much
     */
    void check(String where) {
        Map<String, Integer> versions = new HashMap<>();
        for (int i = 0; i < messages.size(); i++) {
            Entry entry = messages.get(i);
            String place = where + "messages[" + i + "].";
            int version = versions.merge(entry.parent() + entry.role(), 1, Integer::sum);
            atMost(place + "parent", version, Chats.SIBLINGS_MAX, "versions of one message");
            atMost(place + "toolCalls", entry.toolCalls().size(), TOOL_CALLS_MAX, "calls");
            atMost(place + "attachments", entry.attachments().size(), Attachment.MAX, "files");
            atMost(place + "model", entry.model().length(), MODEL_CHARS_MAX, "characters");
            for (Attachment file : entry.attachments()) {
                atMost(place + "attachments.name", file.name().length(), NAME_CHARS_MAX, "characters");
                atMost(place + "attachments.mediaType", file.mediaType().length(), MEDIA_TYPE_CHARS_MAX, "characters");
            }
            boolean question = entry.role().equals("user");
            int charsMax = question ? Chats.MESSAGE_CHARS_MAX : CompletionCall.ANSWER_CHARS_MAX;
            atMost(place + "content", entry.chars(), charsMax, "characters, with all that goes with it");
        }
    }

    private static void atMost(String field, long count, long max, String unit) {
        if (count > max) {
            throw wrong(field + " must be at most " + max + " " + unit + ", not " + count);
        }
    }

    static ChatException wrong(String what) {
        return new ChatException("INVALID_REQUEST", "the file cannot be imported: " + what);
    }

    /** Checks each field; {@code where} goes before what is wrong. */
    private static final class Reader {
        private final String where;

        Reader(String where) {
            this.where = where;
        }

        ArchivedChat chat(JsonNode root) {
            if (!root.path("format").asText().equals(FORMAT)
                    || root.path("version").asInt() != VERSION) {
                throw wrong(where + "format must be \"" + FORMAT + "\" and version " + VERSION);
            }
            JsonNode list = root.path("messages");
            if (!list.isArray() || list.isEmpty() || list.size() > MESSAGES_MAX) {
                throw wrong(where + "messages must be a list of 1 to " + MESSAGES_MAX);
            }
            Map<Long, String> roles = new HashMap<>();
            var messages = new ArrayList<Entry>();
            for (int i = 0; i < list.size(); i++) {
                Entry entry = new Reader(where + "messages[" + i + "].").entry(list.get(i), roles);
                roles.put(entry.id(), entry.role());
                messages.add(entry);
            }
            long leaf = root.path("leaf").asLong(0);
            return new ArchivedChat(
                    text(root, "title", Chats.TITLE_CHARS_MAX * 2, "Imported chat"),
                    Math.max(0, root.path("createdAt").asLong(0)),
                    settings(root.path("settings")),
                    roles.containsKey(leaf) ? leaf : messages.getLast().id(),
                    messages);
        }

        private Entry entry(JsonNode node, Map<Long, String> roles) {
            long id = node.path("id").asLong(0);
            long parent = node.path("parent").asLong(0);
            String role = node.path("role").asText();
            if (id <= 0 || roles.containsKey(id)) {
                throw wrong(where + "id must be a number above 0 that no other message has");
            }
            if (!role.equals("user") && !role.equals("assistant")) {
                throw wrong(where + "role must be \"user\" or \"assistant\"");
            }
            if (parent != 0 && !roles.containsKey(parent)) {
                throw wrong(where + "parent must be 0 or the id of a message before it");
            }
            if (role.equals("assistant") && !"user".equals(roles.get(parent))) {
                throw wrong(where + "parent of an answer must be a question");
            }
            return new Entry(
                    id,
                    parent,
                    role,
                    text(node, "content", ""),
                    text(node, "reasoning", ""),
                    Math.max(0, node.path("createdAt").asLong(0)),
                    text(node, "model", ""),
                    state(node.path("state").asText("DONE")),
                    text(node, "finishReason", 40, ""),
                    MessageStore.toolCalls(node.path("toolCalls")),
                    attachments(node.path("attachments")));
        }

        private List<Attachment> attachments(JsonNode list) {
            var files = new ArrayList<Attachment>();
            for (JsonNode node : list) {
                files.add(new Attachment(
                        text(node, "name", "file"), text(node, "mediaType", "text/plain"), text(node, "text", "")));
            }
            return files;
        }

        private TurnState state(String name) {
            for (TurnState state : TurnState.values()) {
                if (state.name().equals(name) && state != TurnState.RUNNING) {
                    return state;
                }
            }
            throw wrong(where + "state must be DONE, STOPPED, FAILED or INTERRUPTED");
        }

        private ChatSettings settings(JsonNode node) {
            try {
                return node.isObject() ? ChatSettings.checked(node) : ChatSettings.NONE;
            } catch (IllegalArgumentException e) {
                throw wrong(where + "settings." + e.getMessage());
            }
        }

        private String text(JsonNode node, String name, String otherwise) {
            return text(node, name, Archive.IMPORT_CHARS_MAX, otherwise);
        }

        private String text(JsonNode node, String name, int max, String otherwise) {
            JsonNode value = node.path(name);
            if (value.isMissingNode() || value.isNull()) {
                return otherwise;
            }
            if (!value.isTextual() || value.textValue().length() > max) {
                throw wrong(where + name + " must be a text of at most " + max + " characters");
            }
            return value.textValue();
        }
    }
}
