package dev.llamero.inference.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;

/** {@code /set} of a chat: changes how the next messages are asked. */
final class SetCommand {
    private final RunSettings settings;
    private final ChatTerminal terminal;
    private final PrintWriter out;

    SetCommand(RunSettings settings, ChatTerminal terminal) {
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
            case "" -> ChatHelp.print(out, "set");
            default -> out.println("Unknown command '/set " + words[0] + "'. Type /? for help");
        }
    }

    private void parameter(String rest) {
        String[] words = rest.split("\\s+");
        if (words.length < 2) {
            out.println("Usage:\n  /set parameter <name> <value>");
            return;
        }
        List<String> values = Arrays.asList(words).subList(1, words.length);
        try {
            settings.options.put(words[0], OptionValues.parse(words[0], values));
            out.println("Set parameter '" + words[0] + "' to '" + String.join(", ", values) + "'");
        } catch (UsageException e) {
            out.println("Couldn't set parameter: " + e.getMessage());
        }
    }

    private void system(String text) {
        if (text.isEmpty()) {
            out.println("Usage:\n  /set system <message>");
            return;
        }
        settings.system = MessageParser.unquoted(text).strip();
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
        out.println(level.isEmpty() ? "Set 'think' mode." : "Set 'think' mode to '" + level + "'.");
    }
}
