package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** {@code /set} of a chat: changes how the next messages are asked. */
final class SetCommand {
    private final Chat chat;
    private final ModelClient client;
    private final RunSettings settings;
    private final ChatTerminal terminal;
    private final PrintWriter out;

    SetCommand(Chat chat, ModelClient client, RunSettings settings, ChatTerminal terminal) {
        this.chat = chat;
        this.client = client;
        this.settings = settings;
        this.terminal = terminal;
        this.out = terminal.out();
    }

    void run(String line) {
        String[] words = line.split("\\s+", 2);
        String rest = words.length > 1 ? words[1].strip() : "";
        switch (words[0]) {
            case "parameter" -> parameter(rest);
            case "system" -> system(rest);
            case "format" -> format(rest);
            case "noformat" -> {
                settings.format = null;
                out.println("Disabled format.");
            }
            case "think" -> think(rest);
            case "nothink" -> {
                settings.think = false;
                warnIfNeverThinking();
                out.println("Set 'nothink' mode.");
            }
            case "verbose", "quiet" -> {
                settings.verbose = words[0].equals("verbose");
                out.println("Set '" + words[0] + "' mode.");
            }
            case "wordwrap", "nowordwrap" -> {
                settings.wordWrap = words[0].equals("wordwrap");
                out.println("Set '" + words[0] + "' mode.");
            }
            case "history", "nohistory" -> terminal.history(words[0].equals("history"));
            case "" -> ChatHelp.print(out, "set", settings.takesFiles);
            default -> out.println("Unknown command '/set " + words[0] + "'. Type /? for help");
        }
    }

    private void parameter(String rest) {
        String[] words = rest.split("\\s+");
        if (words.length < 2) {
            ChatHelp.print(out, "parameters", settings.takesFiles);
            return;
        }
        List<String> values = Arrays.asList(words).subList(1, words.length);
        try {
            settings.options.put(words[0], OptionValues.parse(words[0], values));
            out.println("Set parameter '" + words[0] + "' to '" + String.join(", ", values) + "'");
        } catch (UsageException e) {
            out.println("Couldn't set parameter: \"" + e.getMessage().replace("\"", "\\\"") + "\"");
        }
    }

    private void system(String text) {
        if (text.isEmpty()) {
            ChatHelp.print(out, "set", settings.takesFiles);
            return;
        }
        chat.system(MessageParser.unquoted(text).strip());
        out.println("Set system message.");
    }

    private void format(String format) {
        if (!format.equals("json")) {
            out.println("Invalid or missing format. For 'json' mode use '/set format json'");
            return;
        }
        settings.format = format;
        out.println("Set format to 'json' mode.");
    }

    private void think(String level) {
        settings.think = level.isEmpty() ? true : RunSettings.parseThink(level);
        warnIfNeverThinking();
        out.println(level.isEmpty() ? "Set 'think' mode." : "Set 'think' mode to '" + level + "'.");
    }

    private void warnIfNeverThinking() {
        try {
            Reply model = client.post("/api/show", Map.of("model", settings.model));
            if (!model.texts("capabilities").contains("thinking")) {
                out.println("warning: model \"" + settings.model + "\" does not support thinking output");
            }
        } catch (IOException e) {
            // The next message will tell it.
            out.println("error: " + e.getMessage());
        }
    }
}
