package dev.llamero.inference.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a real Ollama's client printed without a terminal.
 *
 * @param input what was piped in
 * @param err without the escape sequences of its progress display, which it writes even where no terminal is
 */
record Recording(List<String> arguments, String input, int code, String out, String err) {
    static final Path FOLDER = Path.of("src/test/resources/golden/cli");

    private static final Pattern FORM = Pattern.compile(
            "\\$ ollama (.*?)( {3}< \"(.*)\")?\nexit (\\d+)\n--- stdout\n(.*)--- stderr\n(.*)", Pattern.DOTALL);
    private static final Pattern ESCAPES = Pattern.compile("\033\\[[?0-9;]*[a-zA-Z]");

    static Recording read(String name) throws IOException {
        var matcher = FORM.matcher(Files.readString(FOLDER.resolve(name + ".txt")));
        if (!matcher.matches()) {
            throw new IOException("not a recording: " + name);
        }
        String input = matcher.group(3) == null ? "" : matcher.group(3).replace("\\n", "\n");
        return new Recording(
                List.of(matcher.group(1).split(" ")),
                input,
                Integer.parseInt(matcher.group(4)),
                matcher.group(5),
                ESCAPES.matcher(matcher.group(6)).replaceAll(""));
    }

    /** All of them. */
    static List<String> names() throws IOException {
        var names = new ArrayList<String>();
        try (var files = Files.list(FOLDER)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".txt"))
                    .sorted()
                    .forEach(name -> names.add(name.replace(".txt", "")));
        }
        return names;
    }
}
