package dev.llamero.gateway.chat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;

/** Conversations as files, in parts that fit a WebSocket message. Any thread. */
public final class Archive {
    /** A file of so many characters is some hundred long conversations. */
    public static final int IMPORT_CHARS_MAX = 8 << 20;
    /** One part of it. */
    public static final int PART_CHARS_MAX = 200_000;

    static final int EXPORT_PART_CHARS = 400_000;
    /** Imports under way; more than a few at once is nobody's wish. */
    static final int IMPORTS_MAX = 4;
    /** The same for one account, so that nobody takes all places. */
    static final int IMPORTS_OF_ONE_MAX = 2;

    static final int SESSIONS_MAX = 1000;
    static final Duration IMPORT_AGE_MAX = Duration.ofMinutes(5);

    private final Store store;
    private final LiveTurns live;
    private final Sessions sessions;
    private final Clock clock;
    private final SequencedMap<String, Parts> imports = new LinkedHashMap<>();
    private Snapshot snapshot = new Snapshot("", "");

    Archive(Store store, LiveTurns live, Sessions sessions, Clock clock) {
        this.store = store;
        this.live = live;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** A file's text, whole: kept between the parts, so that they fit together while the conversation goes on. */
    private record Snapshot(String of, String text) {}

    private static final class Parts {
        private final StringBuilder text = new StringBuilder();
        private int next;
        private long touchedMillis;
    }

    /**
     * One part of a file.
     *
     * @param nextOffset where the next part begins; 0 after the last
     */
    public record Export(String fileName, String mediaType, String text, int nextOffset) {}

    /** What became of a part; the keys are there with the last one. */
    public record Import(boolean done, List<String> sessionKeys) {}

    /** A file with one conversation, from this character on. */
    public synchronized Export export(String owner, String key, boolean markdown, int offset) {
        Session session = store.sessions().get(owner, key).orElseThrow(Sessions::unknown);
        String of = owner + " " + key + " " + markdown;
        if (offset == 0 || !snapshot.of().equals(of)) {
            snapshot = new Snapshot(of, markdown ? markdown(session) : json(session));
        }
        String text = snapshot.text();
        if (offset > text.length()) {
            throw new ChatException("INVALID_REQUEST", "offset is beyond the end of the file; begin again at 0");
        }
        int end = Math.min(text.length(), offset + EXPORT_PART_CHARS);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        boolean last = end == text.length();
        Export export = new Export(
                fileName(session.title()) + (markdown ? ".md" : ".json"),
                markdown ? "text/markdown" : "application/json",
                text.substring(offset, end),
                last ? 0 : end);
        snapshot = last ? new Snapshot("", "") : snapshot;
        return export;
    }

    private static String fileName(String title) {
        String name = title.replaceAll("[^\\p{L}\\p{N}._-]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        int end = name.offsetByCodePoints(0, Math.min(60, name.codePointCount(0, name.length())));
        return name.isEmpty() ? "chat" : name.substring(0, end);
    }

    private String json(Session session) {
        var messages = new java.util.ArrayList<ArchivedChat.Entry>();
        for (Message message : soFar(store.messages().tree(session.key()))) {
            List<Attachment> files = message.attachments().isEmpty()
                    ? List.of()
                    : store.messages().attachments(session.key(), message.id());
            messages.add(ArchivedChat.Entry.of(message, files));
        }
        return new ArchivedChat(
                        session.title(),
                        session.createdAt(),
                        store.sessions().settings(session.key()),
                        store.sessions().leaf(session.key()),
                        messages)
                .json();
    }

    private String markdown(Session session) {
        long leaf = store.sessions().leaf(session.key());
        List<Message> path = soFar(store.messages().path(session.key(), leaf, Integer.MAX_VALUE));
        var files = new HashMap<Long, List<Attachment>>();
        path.stream()
                .filter(message -> !message.attachments().isEmpty())
                .forEach(message -> files.put(message.id(), store.messages().attachments(session.key(), message.id())));
        return MarkdownChat.write(session.title(), path, files);
    }

    /** A running answer is exported with the text that it has. */
    private List<Message> soFar(List<Message> messages) {
        return live.within(() -> messages.stream()
                .map(message -> message.turn() == null
                        ? message
                        : live.byId(message.turn().id()).map(LiveTurn::soFar).orElse(message))
                .toList());
    }

    /**
     * Takes one part of a file, and with the last one makes its conversations.
     *
     * @param part number of the part, from 0; a part that was taken already is taken for a repetition
     * @throws ChatException if the file is too large, its parts do not fit, or it is none of ours
     */
    public synchronized Import take(String owner, String importKey, int part, boolean last, String text) {
        List<String> earlier = store.sessions().importedBy(owner, importKey);
        if (!earlier.isEmpty()) {
            return new Import(last, last ? earlier : List.of());
        }
        long now = clock.millis();
        imports.values().removeIf(parts -> now - parts.touchedMillis > IMPORT_AGE_MAX.toMillis());
        String of = owner + " " + importKey;
        if (part == 0) {
            imports.remove(of);
            // Whoever begins a third one has left the first one lying.
            List<String> ours = imports.keySet().stream()
                    .filter(other -> other.startsWith(owner + " "))
                    .toList();
            if (ours.size() >= IMPORTS_OF_ONE_MAX) {
                imports.remove(ours.getFirst());
            }
            if (imports.size() >= IMPORTS_MAX) {
                throw new ChatException("BUSY", IMPORTS_MAX + " files are being imported already; try again later");
            }
            imports.put(of, new Parts());
        }
        Parts parts = imports.get(of);
        if (parts == null || part > parts.next) {
            throw new ChatException("INVALID_REQUEST", "part must begin at 0 and grow by 1; begin the import again");
        }
        if (part == parts.next) {
            if (parts.text.length() + text.length() > IMPORT_CHARS_MAX) {
                imports.remove(of);
                throw new ChatException(
                        "INVALID_REQUEST", "the file is larger than " + IMPORT_CHARS_MAX + " characters; import less");
            }
            parts.text.append(text);
            parts.next++;
            parts.touchedMillis = now;
        }
        if (!last) {
            return new Import(false, List.of());
        }
        imports.remove(of);
        return new Import(true, make(owner, importKey, parts.text.toString()));
    }

    private List<String> make(String owner, String importKey, String file) {
        List<ArchivedChat> chats =
                file.stripLeading().startsWith("{") || file.stripLeading().startsWith("[")
                        ? ArchivedChat.read(file)
                        : List.of(MarkdownChat.read(file));
        if (chats.size() > SESSIONS_MAX) {
            throw new ChatException("INVALID_REQUEST", "the file has more than " + SESSIONS_MAX + " chats; split it");
        }
        for (int i = 0; i < chats.size(); i++) {
            chats.get(i).check(chats.size() == 1 ? "" : "chat " + (i + 1) + ": ");
        }
        List<String> keys = store.transaction(() -> {
            var made = new java.util.ArrayList<String>();
            for (int i = 0; i < chats.size(); i++) {
                String key = UUID.nameUUIDFromBytes(
                                (owner + " " + importKey + " " + i).getBytes(StandardCharsets.UTF_8))
                        .toString();
                insert(owner, importKey, key, chats.get(i));
                made.add(key);
            }
            return made;
        });
        live.locked(() -> keys.forEach(key -> live.publishSession(owner, key)));
        return keys;
    }

    private void insert(String owner, String importKey, String key, ArchivedChat chat) {
        long now = clock.millis();
        store.sessions().make(owner, key, chat.title(), Math.min(chat.createdAt(), now));
        store.sessions().title(owner, key, chat.title(), TitleSource.PERSON);
        store.sessions().configure(key, chat.settings());
        store.sessions().imported(owner, importKey, key);
        Map<Long, Long> ids = new HashMap<>(Map.of(0L, 0L));
        for (ArchivedChat.Entry entry : chat.messages()) {
            long id = store.messages()
                    .insert(key, ids.get(entry.parent()), entry.role(), entry.text(), Math.min(entry.createdAt(), now));
            ids.put(entry.id(), id);
            store.messages().attach(id, entry.attachments());
            store.search().add(id, entry.content());
            if (entry.role().equals("assistant")) {
                String turnId = UUID.randomUUID().toString();
                Turn turn = Turn.begun(turnId, turnId, entry.model());
                store.turns().insert(key, id, turnId, turn, chat.settings(), entry.createdAt());
                store.turns().end(turn.ended(entry.state(), entry.finishReason(), Turn.Statistics.NONE));
            }
        }
        store.sessions().leaf(key, ids.get(chat.leaf()), now);
    }
}
