package dev.llamero.gateway.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One branch of a conversation as Markdown: for people to read, with comments that nobody sees for the way back. Pure.
 * A line of a message that begins like such a comment gets a backslash in front. A file without our comments is read by
 * its headings User and Assistant.
 */
final class MarkdownChat {
    private static final Pattern MESSAGE = Pattern.compile("<!-- (user|assistant)(?: (.*))? -->");
    private static final Pattern FILE = Pattern.compile("<!-- file (\\S+) (.+) -->");
    private static final Pattern HEADING = Pattern.compile("(?i)#{1,3}\\s+(user|assistant)\\b.*");
    private static final Pattern LIKE_COMMENT = Pattern.compile("\\\\*<!-- .*", Pattern.DOTALL);
    private static final String TEXT = "<!-- text -->";
    private static final String TEXT_END = "<!-- /text -->";
    private static final String THINKING = "<!-- thinking -->";
    private static final String THINKING_END = "<!-- /thinking -->";
    private static final String FILE_END = "<!-- /file -->";

    private MarkdownChat() {}

    static String write(String title, List<Message> path, Map<Long, List<Attachment>> files) {
        var out = new StringBuilder("# ").append(oneLine(title)).append('\n');
        for (Message message : path) {
            boolean user = message.role().equals("user");
            String model = message.turn() == null ? "" : oneLine(message.turn().model());
            out.append("\n<!-- ").append((message.role() + " " + model).strip()).append(" -->\n");
            out.append(user ? "## User\n\n" : "## Assistant\n\n");
            if (!message.reasoning().isEmpty()) {
                out.append("<details><summary>Thinking</summary>\n\n");
                block(out, THINKING, message.reasoning(), THINKING_END);
                out.append("\n</details>\n\n");
            }
            block(out, TEXT, message.content(), TEXT_END);
            for (Attachment file : files.getOrDefault(message.id(), List.of())) {
                out.append("\n**").append(oneLine(file.name())).append("**\n\n");
                String type = oneLine(file.mediaType()).replace(' ', '_');
                block(out, "<!-- file " + type + " " + oneLine(file.name()) + " -->", file.text(), FILE_END);
            }
        }
        return out.toString();
    }

    private static void block(StringBuilder out, String begin, String text, String end) {
        out.append(begin).append('\n');
        for (String line : text.split("\n", -1)) {
            out.append(LIKE_COMMENT.matcher(line).matches() ? "\\" : "")
                    .append(line)
                    .append('\n');
        }
        out.append(end).append('\n');
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").replace("-->", "").strip();
    }

    /**
     * Reads what {@link #write} wrote, or a text with headings.
     *
     * @throws ChatException if there is no message in it
     */
    static ArchivedChat read(String file) {
        String[] lines = file.split("\n", -1);
        String title = lines[0].startsWith("# ") ? lines[0].substring(2).strip() : "";
        var reader = new Reader(lines);
        boolean ours = file.contains(TEXT);
        List<ArchivedChat.Entry> messages = ours ? reader.ours() : reader.headings();
        if (messages.isEmpty()) {
            throw ArchivedChat.wrong("there is no message in it; messages stand below the headings \"## User\" and"
                    + " \"## Assistant\"");
        }
        return new ArchivedChat(
                title.isEmpty() ? Chats.title(messages.getFirst().content()) : Chats.title(title),
                0,
                ChatSettings.NONE,
                messages.getLast().id(),
                messages);
    }

    /** Goes through the lines once. */
    private static final class Reader {
        private final String[] lines;
        private final List<ArchivedChat.Entry> messages = new ArrayList<>();
        private int at;

        Reader(String[] lines) {
            this.lines = lines;
        }

        List<ArchivedChat.Entry> ours() {
            String role = "";
            String model = "";
            String thinking = "";
            while (at < lines.length) {
                String line = lines[at++];
                Matcher message = MESSAGE.matcher(line);
                Matcher attached = FILE.matcher(line);
                if (message.matches()) {
                    role = message.group(1);
                    model = message.group(2) == null ? "" : message.group(2);
                    thinking = "";
                } else if (line.equals(THINKING)) {
                    thinking = until(THINKING_END);
                } else if (line.equals(TEXT)) {
                    add(role, until(TEXT_END), thinking, model);
                } else if (attached.matches() && !messages.isEmpty()) {
                    String text = until(FILE_END);
                    messages.getLast().attachments().add(new Attachment(attached.group(2), attached.group(1), text));
                }
            }
            return messages;
        }

        private String until(String end) {
            var text = new StringBuilder();
            for (boolean first = true; at < lines.length; first = false) {
                String line = lines[at++];
                if (line.equals(end)) {
                    return text.toString();
                }
                text.append(first ? "" : "\n")
                        .append(
                                line.startsWith("\\")
                                                && LIKE_COMMENT.matcher(line).matches()
                                        ? line.substring(1)
                                        : line);
            }
            throw ArchivedChat.wrong("it ends within a message; \"" + end + "\" is missing");
        }

        List<ArchivedChat.Entry> headings() {
            String role = "";
            var text = new StringBuilder();
            for (String line : lines) {
                Matcher heading = HEADING.matcher(line);
                if (heading.matches()) {
                    finish(role, text);
                    role = heading.group(1).toLowerCase(java.util.Locale.ROOT);
                } else {
                    text.append(line).append('\n');
                }
            }
            finish(role, text);
            return messages;
        }

        private void finish(String role, StringBuilder text) {
            if (!role.isEmpty()) {
                add(role, text.toString().strip(), "", "");
            }
            text.setLength(0);
        }

        private void add(String role, String text, String thinking, String model) {
            boolean answer = role.equals("assistant");
            if (answer && (messages.isEmpty() || messages.getLast().role().equals("assistant"))) {
                throw ArchivedChat.wrong("answer " + (messages.size() + 1) + " follows no question");
            }
            if (role.isEmpty() || messages.size() >= ArchivedChat.MESSAGES_MAX) {
                throw ArchivedChat.wrong(
                        "a text belongs to no message, or there are more than " + ArchivedChat.MESSAGES_MAX);
            }
            int id = messages.size() + 1;
            messages.add(new ArchivedChat.Entry(
                    id, id - 1, role, text, thinking, 0, model, TurnState.DONE, "", List.of(), new ArrayList<>()));
        }
    }
}
