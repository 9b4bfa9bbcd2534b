package dev.llamero.gateway.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Full-text search over all messages and titles, by SQLite's FTS5. Any thread.
 *
 * <p>FTS5's tokenizer takes a Chinese sentence for one word. So each character of the scripts that are written without
 * spaces becomes a word of its own: a zero-width space goes around it into the index, and comes out of snippets. What a
 * person types is never FTS5 syntax: each word becomes a quoted phrase, the last one a prefix.
 */
public final class SearchIndex {
    public static final int QUERY_CHARS_MAX = 200;

    private static final String MARK = "\u200B";
    private static final String OPEN = "\u0001";
    private static final String CLOSE = "\u0002";
    /** Words of a snippet; a Chinese character is one. */
    private static final int SNIPPET_WORDS = 24;

    private static final String FIND = """
        SELECT o.key AS key, o.title AS title, m.id AS id, m.role AS role, m.created_at AS created_at,
          snippet(message_search, 0, char(1), char(2), '…', %d) AS snippet
        FROM message_search JOIN messages m ON m.id = message_search.rowid JOIN sessions o ON o.key = m.session
        WHERE message_search MATCH ? AND o.owner = ? AND o.deleted_at = 0
        ORDER BY rank, m.id DESC LIMIT ?\
        """.formatted(SNIPPET_WORDS);

    private final Database database;

    SearchIndex(Database database) {
        this.database = database;
    }

    /**
     * What was found.
     *
     * @param messageId 0 if it was the title
     * @param role of the message; empty for a title
     */
    public record Hit(
            String sessionKey, String title, long messageId, String role, long createdAt, List<Part> snippet) {}

    /** A piece of the text around a hit. */
    public record Part(String text, boolean hit) {}

    /** Puts a message's text in the place of what the index has of it. */
    void add(long message, String text) {
        database.update("DELETE FROM message_search WHERE rowid = ?", message);
        if (!text.isBlank()) {
            database.update("INSERT INTO message_search(rowid, text) VALUES(?, ?)", message, words(text));
        }
    }

    /** Fills the index of a file that had none. */
    void addAll() {
        database.transaction(() -> {
            List<Long> ids = database.query("SELECT id FROM messages", row -> row.getLong(1));
            for (long id : ids) {
                add(
                        id,
                        database.query("SELECT content FROM messages WHERE id = ?", row -> row.getString(1), id)
                                .getFirst());
            }
            return null;
        });
    }

    /** Titles first, then messages, best first. */
    List<Hit> find(String owner, String query, int limit) {
        var hits = new ArrayList<Hit>(titles(owner, query.strip(), limit));
        String match = match(query);
        if (!match.isEmpty() && hits.size() < limit) {
            hits.addAll(database.query(
                    FIND,
                    row -> new Hit(
                            row.getString("key"),
                            row.getString("title"),
                            row.getLong("id"),
                            row.getString("role"),
                            row.getLong("created_at"),
                            parts(row.getString("snippet"))),
                    match,
                    owner,
                    limit - hits.size()));
        }
        return hits;
    }

    private List<Hit> titles(String owner, String query, int limit) {
        String like = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
        return database.query(
                "SELECT key, title, created_at FROM sessions WHERE owner = ? AND deleted_at = 0 AND leaf > 0"
                        + " AND title LIKE ? ESCAPE '\\' ORDER BY updated_at DESC LIMIT ?",
                row -> new Hit(
                        row.getString("key"),
                        row.getString("title"),
                        0,
                        "",
                        row.getLong("created_at"),
                        titleParts(row.getString("title"), query)),
                owner,
                like,
                limit);
    }

    private static List<Part> titleParts(String title, String query) {
        int at = title.toLowerCase(Locale.ROOT).indexOf(query.toLowerCase(Locale.ROOT));
        int end = at + query.length();
        if (at < 0 || end > title.length()) {
            return List.of(new Part(title, false));
        }
        var parts = new ArrayList<Part>();
        parts.add(new Part(title.substring(0, at), false));
        parts.add(new Part(title.substring(at, end), true));
        parts.add(new Part(title.substring(end), false));
        parts.removeIf(part -> part.text().isEmpty());
        return parts;
    }

    /** The query as FTS5 wants it; empty if there is no word in it. */
    static String match(String query) {
        var phrases = new ArrayList<String>();
        for (String word : query.strip().split("[\\s\"" + MARK + OPEN + CLOSE + "]+")) {
            if (word.codePoints().anyMatch(Character::isLetterOrDigit)) {
                phrases.add("\"" + words(word).strip() + "\"");
            }
        }
        return phrases.isEmpty() ? "" : String.join(" ", phrases) + " *";
    }

    /** Text with a mark around each character that is a word of its own. */
    static String words(String text) {
        var marked = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (isWord(point)) {
                marked.append(MARK).appendCodePoint(point).append(MARK);
            } else if (point > 2) {
                marked.appendCodePoint(point);
            }
        });
        return marked.toString();
    }

    private static boolean isWord(int point) {
        return switch (Character.UnicodeScript.of(point)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }

    private static List<Part> parts(String snippet) {
        var parts = new ArrayList<Part>();
        boolean hit = false;
        for (String piece : snippet.replace(MARK, "").split("(?<=[\u0001\u0002])|(?=[\u0001\u0002])")) {
            if (piece.equals(OPEN) || piece.equals(CLOSE)) {
                hit = piece.equals(OPEN);
            } else if (!piece.isEmpty()) {
                if (!parts.isEmpty() && parts.getLast().hit() == hit) {
                    piece = parts.removeLast().text() + piece;
                }
                parts.add(new Part(piece, hit));
            }
        }
        return parts;
    }
}
