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
    void loop() {
        var commands = new ChatCommands(this, client, settings, terminal);
        while (true) {
            String line;
            try {
                line = terminal.read().strip();
            } catch (EndOfFileException e) {
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
            if (line.startsWith("/")) {
                commands.run(line);
            } else if (!line.isEmpty()) {
                ask(MessageParser.unquoted(line).strip());
            }
        } catch (IOException | UsageException e) {
            // The conversation goes on: the server may be started again, or the next message be a better one.
            say("Error: " + e.getMessage());
        }
    }

    private void ask(String text) throws IOException {
        messages.add(message("user", text));
        Map<String, Object> request = settings.request();
        request.put("messages", withSystem());
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

    private List<Map<String, Object>> withSystem() {
        if (settings.system == null) {
            return messages;
        }
        var all = new ArrayList<Map<String, Object>>();
        all.add(message("system", settings.system));
        all.addAll(messages);
        return all;
    }

    private static Map<String, Object> message(String role, String content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    List<Map<String, Object>> messages() {
        return messages;
    }

    /** The next message begins a new conversation. */
    void forget() {
        messages.clear();
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
