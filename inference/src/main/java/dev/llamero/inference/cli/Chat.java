package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;

/** A conversation in a terminal (specification 20.3). Runs on the main thread; Ctrl-C comes on the terminal's. */
final class Chat {
    private final ModelClient client;
    private final RunSettings settings;
    private final ChatTerminal terminal;
    private final PrintWriter out;
    private final List<Map<String, Object>> messages = new ArrayList<>();

    Chat(ModelClient client, RunSettings settings, ChatTerminal terminal) {
        this.client = client;
        this.settings = settings;
        this.terminal = terminal;
        this.out = terminal.out();
    }

    /** Reads and answers until the user leaves. */
    void loop() throws IOException {
        var commands = new ChatCommands(this, client, settings, terminal);
        showLoaded();
        while (true) {
            String line;
            try {
                line = terminal.read().strip();
            } catch (EndOfFileException e) {
                say("");
                return;
            } catch (UserInterruptException e) {
                if (e.getPartialLine().isEmpty()) {
                    say("\nUse Ctrl + d or /bye to exit.");
                }
                continue;
            }
            if (ChatCommands.isExit(line)) {
                return;
            }
            answer(commands, line);
        }
    }

    private void answer(ChatCommands commands, String line) {
        try {
            boolean file = settings.takesFiles && !ChatCommands.isKnown(line) && AttachedFiles.isNamedFirst(line);
            if (line.startsWith("/") && !file) {
                commands.run(line);
                return;
            }
            String text = MessageParser.unquoted(line).strip();
            if (!text.isEmpty()) {
                ask(text);
            }
        } catch (IOException | UsageException e) {
            // The conversation goes on: the server may be started again, or the next message be a better one.
            say("error: " + e.getMessage());
        }
    }

    private void ask(String text) throws IOException {
        messages.add(question(text));
        Map<String, Object> request = settings.request();
        request.put("messages", messages);
        var content = new StringBuilder();
        var thinking = new StringBuilder();
        var printer = new AnswerPrinter(out, style());
        Reply[] last = {new Reply(Map.of())};
        terminal.onInterrupt(client::cancel);
        try {
            client.stream("/api/chat", request, reply -> {
                Reply message = reply.object("message");
                thinking.append(message.text("thinking"));
                content.append(message.text("content"));
                printer.thinking(message.text("thinking"));
                printer.content(message.text("content"));
                last[0] = reply;
            });
        } catch (IOException e) {
            // A question that got no answer would confuse the next one.
            messages.removeLast();
            throw e;
        }
        printer.end();
        if (content.isEmpty() && thinking.isEmpty()) {
            messages.removeLast();
        } else {
            remember(content.toString(), thinking.toString());
        }
        if (settings.verbose) {
            new Statistics(last[0]).print(out);
        }
    }

    private AnswerPrinter.Style style() {
        int width = terminal.hasColours() && settings.wordWrap ? terminal.width() : 0;
        return new AnswerPrinter.Style(terminal.hasColours(), width, settings.hideThinking);
    }

    private void remember(String content, String thinking) {
        Map<String, Object> answer = message("assistant", content);
        if (!thinking.isEmpty()) {
            answer.put("thinking", thinking);
        }
        messages.add(answer);
    }

    private Map<String, Object> question(String text) {
        Map<String, Object> question = message("user", text);
        if (settings.takesFiles) {
            AttachedFiles.of(text, out).putInto(question, "content");
        }
        return question;
    }

    private static Map<String, Object> message(String role, String content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    /** The conversation for a model that continues it: what the model began with, and what was said since. */
    List<Map<String, Object>> allMessages() {
        var all = new ArrayList<>(settings.loadedMessages);
        all.addAll(messages);
        if (settings.system != null) {
            // The model will have it as its own, and would be told it twice.
            all.remove(message("system", settings.system));
        }
        return all;
    }

    /** Prints what the model begins with, as if it had been said here. */
    void showLoaded() throws IOException {
        for (Map<String, Object> loaded : settings.loadedMessages) {
            if ("user".equals(loaded.get("role"))) {
                say(">>> " + loaded.get("content"));
            } else if ("assistant".equals(loaded.get("role"))) {
                var printer = new AnswerPrinter(out, style());
                printer.content(String.valueOf(loaded.get("content")));
                printer.end();
            }
        }
    }

    /** From the next message on this is the system message; one that nothing was said after is replaced. */
    void system(String text) {
        settings.system = text;
        if (!messages.isEmpty() && "system".equals(messages.getLast().get("role"))) {
            messages.removeLast();
        }
        messages.add(message("system", text));
    }

    /** The next message begins a new conversation, with the system message that was set. */
    void forget() {
        messages.clear();
        if (settings.system != null) {
            messages.add(message("system", settings.system));
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
