package dev.llamero.models.modelfile;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A Modelfile as its commands, in order. Immutable. */
public record Modelfile(List<Command> commands) {
    private static final Set<String> WITH_TEXT =
            Set.of("license", "template", "system", "adapter", "renderer", "parser", "requires", "draft");

    public Modelfile {
        commands = List.copyOf(commands);
    }

    /**
     * One command.
     *
     * @param name {@code model} for FROM, {@code message}, the lower-case name of any other command, or that of a
     *     parameter
     * @param arguments the value without its quotes; of a message the role, a colon, a space and the text
     */
    public record Command(String name, String arguments) {
        /** FROM. */
        public static final String MODEL = "model";

        public static final String MESSAGE = "message";

        /** As a line of a Modelfile. */
        @Override
        public String toString() {
            if (name.equals(MODEL)) {
                return "FROM " + arguments;
            }
            if (name.equals(MESSAGE)) {
                return "MESSAGE " + role() + " " + quoted(text());
            }
            String command = WITH_TEXT.contains(name) ? name.toUpperCase(Locale.ROOT) : "PARAMETER " + name;
            return command + " " + quoted(arguments);
        }

        /** Of a message. */
        public String role() {
            return arguments.split(": ", 2)[0];
        }

        /** Of a message. */
        public String text() {
            String[] parts = arguments.split(": ", 2);
            return parts.length == 2 ? parts[1] : "";
        }
    }

    /**
     * Reads a Modelfile: UTF-8, or what its byte order mark says.
     *
     * @throws ModelfileException in Ollama's words
     */
    public static Modelfile parse(byte[] bytes) throws ModelfileException {
        return new ModelfileReader().read(decoded(bytes));
    }

    /** Reads a Modelfile. */
    public static Modelfile parse(String text) throws ModelfileException {
        return new ModelfileReader().read(text);
    }

    private static String decoded(byte[] bytes) {
        if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
            return new String(bytes, 3, bytes.length - 3, StandardCharsets.UTF_8);
        }
        if (startsWith(bytes, 0xff, 0xfe)) {
            return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16LE);
        }
        if (startsWith(bytes, 0xfe, 0xff)) {
            return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16BE);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static boolean startsWith(byte[] bytes, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** A value as a Modelfile has it: in quotes if it has a line break or outer spaces, in three if also quotes. */
    public static String quoted(String value) {
        boolean plain = !value.contains("\n") && !value.startsWith(" ") && !value.endsWith(" ");
        if (plain) {
            return value;
        }
        String quotes = value.contains("\"") ? "\"\"\"" : "\"";
        return quotes + value + quotes;
    }

    /** The whole text, a line feed behind each command. */
    @Override
    public String toString() {
        return commands.stream().map(command -> command + "\n").collect(Collectors.joining());
    }
}
