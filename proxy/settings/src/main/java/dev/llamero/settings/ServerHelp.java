package dev.llamero.settings;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server answers to {@code --help}: its flags, and the variables of the environment that it reads.
 *
 * @param command the launcher's command, {@code serve}
 * @param about what the command does, in a sentence
 * @param settings all that the server knows
 * @param otherVariables names of further variables of the environment, and what they do
 */
public record ServerHelp(String command, String about, List<Setting> settings, Map<String, String> otherVariables) {
    private static final int WIDTH = 118;
    private static final int FLAG_COLUMNS = 26;
    private static final int VARIABLE_COLUMNS = 36;

    public ServerHelp {
        settings = List.copyOf(settings);
    }

    /** Whether the arguments ask for help. */
    public static boolean isAsked(List<String> arguments) {
        return arguments.contains("--help") || arguments.contains("-h");
    }

    /** Writes it to standard output, in UTF-8 whatever the locale. */
    public void print() {
        var out = new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8);
        var writer = new PrintWriter(out);
        writer.print(text());
        writer.flush();
    }

    /** All of it, in lines that end with a line feed. */
    public String text() {
        var text = new StringBuilder(about + "\n\nUsage:\n  llamero " + command + " [flags]\n\nFlags:\n");
        settings.forEach(setting -> text.append(row("--" + setting.key(), withDefault(setting), FLAG_COLUMNS)));
        text.append(row("-h, --help", "Show this help.", FLAG_COLUMNS));
        text.append("\nEnvironment Variables:\n");
        variables().forEach((name, meaning) -> text.append(row(name, meaning, VARIABLE_COLUMNS)));
        return text.append(
                        "\nA flag wins over the environment, that over the section of a settings file: llamero.yaml in"
                                + " the working\ndirectory, or the file that LLAMERO_CONFIG names.\n")
                .toString();
    }

    private static String withDefault(Setting setting) {
        return setting.help() + (setting.fallback().isEmpty() ? "" : " (default " + setting.fallback() + ")");
    }

    private Map<String, String> variables() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Setting setting : settings) {
            setting.environment().forEach(name -> all.put(name, "As --" + setting.key()));
        }
        all.put("LLAMERO_CONFIG", "The settings file");
        all.putAll(otherVariables);
        return all;
    }

    /** A name, and beside it a text that is wrapped in its column. */
    private static String row(String name, String text, int columns) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && columns + line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        String begin = "  " + name;
        String gap = " ".repeat(Math.max(2, columns - begin.length()));
        return begin + gap + String.join("\n" + " ".repeat(columns), lines) + "\n";
    }
}
