package dev.llamero.models.modelfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a Modelfile character by character, with the states of Ollama's reader, whose oddities decide what a file means
 * (two line ends in CRLF count as two lines, characters without a glyph are dropped). Linear in the text. For one use.
 */
final class ModelfileReader {
    private static final Set<String> COMMANDS = Set.of(
            "from",
            "license",
            "template",
            "system",
            "adapter",
            "draft",
            "renderer",
            "parser",
            "parameter",
            "message",
            "requires");
    private static final Set<String> ROLES = Set.of("system", "user", "assistant");
    private static final String BAD_COMMAND = "command must be one of \"from\", \"license\", \"template\", \"system\","
            + " \"adapter\", \"draft\", \"renderer\", \"parser\", \"parameter\", \"message\", or \"requires\"";
    private static final String BAD_ROLE = "message role must be one of \"system\", \"user\", or \"assistant\"";
    private static final String CUT = "unexpected EOF";

    private enum State {
        NOTHING,
        NAME,
        VALUE,
        PARAMETER,
        ROLE,
        COMMENT
    }

    private final List<Modelfile.Command> commands = new ArrayList<>();
    private final TrimmedText text = new TrimmedText();
    private State state = State.NOTHING;
    private int line = 1;
    private String name = "";
    private String role = "";

    Modelfile read(String source) throws ModelfileException {
        for (int i = 0; i < source.length(); ) {
            int c = source.codePointAt(i);
            i += Character.charCount(c);
            if (isLineEnd(c)) {
                line++;
            }
            accept(c);
        }
        finish();
        return new Modelfile(commands);
    }

    private void accept(int c) throws ModelfileException {
        switch (state) {
            case NOTHING -> {
                if (c == '#') {
                    enter(State.COMMENT);
                } else if (!isSpace(c) && !isLineEnd(c)) {
                    enter(State.NAME);
                    text.appendPrintable(c);
                }
            }
            case COMMENT -> {
                if (isLineEnd(c)) {
                    enter(State.NOTHING);
                }
            }
            case NAME -> {
                if (isSpace(c)) {
                    nameEnds();
                } else if (isLetter(c)) {
                    text.append(c);
                } else {
                    throw ModelfileException.at(line, BAD_COMMAND);
                }
            }
            case PARAMETER -> {
                if (isSpace(c)) {
                    name = text.all();
                    enter(State.VALUE);
                } else if (isLetter(c) || c >= '0' && c <= '9' || c == '_') {
                    text.append(c);
                } else {
                    throw new ModelfileException(CUT + ": " + text.all());
                }
            }
            case ROLE -> {
                if (isSpace(c)) {
                    roleEnds();
                } else if (isLetter(c)) {
                    text.append(c);
                } else {
                    throw new ModelfileException(CUT + ": " + text.all());
                }
            }
            case VALUE -> {
                if (isLineEnd(c) && text.isWhole()) {
                    valueEnds();
                    enter(State.NOTHING);
                } else if (isLineEnd(c) || isSpace(c)) {
                    text.append(c);
                } else {
                    text.appendPrintable(c);
                }
            }
        }
    }

    private void enter(State next) {
        text.clear();
        state = next;
    }

    private void nameEnds() throws ModelfileException {
        String command = text.all().toLowerCase(Locale.ROOT);
        if (!COMMANDS.contains(command)) {
            throw ModelfileException.at(line, BAD_COMMAND);
        }
        switch (command) {
            case "from" -> name = Modelfile.Command.MODEL;
            case "parameter" -> {}
            default -> name = command;
        }
        enter(
                switch (command) {
                    case "parameter" -> State.PARAMETER;
                    case "message" -> State.ROLE;
                    default -> State.VALUE;
                });
    }

    private void roleEnds() throws ModelfileException {
        if (!ROLES.contains(text.all())) {
            throw ModelfileException.at(line, BAD_ROLE);
        }
        role = text.all();
        enter(State.VALUE);
    }

    private void valueEnds() {
        String value = text.unquoted();
        commands.add(new Modelfile.Command(name, role.isEmpty() ? value : role + ": " + value));
        role = "";
    }

    private void finish() throws ModelfileException {
        if (state == State.VALUE && text.isWhole()) {
            valueEnds();
        } else if (state != State.NOTHING && state != State.COMMENT) {
            throw new ModelfileException(CUT);
        }
        if (commands.stream().noneMatch(command -> command.name().equals(Modelfile.Command.MODEL))) {
            throw new ModelfileException("no FROM line");
        }
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isLineEnd(int c) {
        return c == '\r' || c == '\n';
    }
}
