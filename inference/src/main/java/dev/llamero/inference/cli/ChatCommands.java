package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What begins with a slash in a chat (specification 20.3). */
final class ChatCommands {
    private static final Set<String> KNOWN =
            Set.of("/set", "/show", "/load", "/save", "/clear", "/list", "/ls", "/?", "/help");

    private final Chat chat;
    private final ModelClient client;
    private final RunSettings settings;
    private final SetCommand setting;
    private final PrintWriter out;

    ChatCommands(Chat chat, ModelClient client, RunSettings settings, ChatTerminal terminal) {
        this.chat = chat;
        this.client = client;
        this.settings = settings;
        this.setting = new SetCommand(chat, client, settings, terminal);
        this.out = terminal.out();
    }

    static boolean isExit(String line) {
        String word = line.split("\\s", 2)[0];
        return word.equals("/bye") || word.equals("/exit");
    }

    /** Whether a line begins with a command's word, and so not with the path of a file. */
    static boolean isKnown(String line) {
        return KNOWN.contains(line.split("\\s", 2)[0]);
    }

    /** @throws IOException if the server refuses */
    void run(String line) throws IOException {
        String[] words = line.split("\\s+", 2);
        String rest = words.length > 1 ? words[1].strip() : "";
        switch (words[0]) {
            case "/set" -> setting.run(rest);
            case "/show" -> show(rest);
            case "/load" -> load(rest);
            case "/save" -> save(rest);
            case "/clear" -> {
                chat.forget();
                out.println("Cleared session context");
            }
            case "/list", "/ls" -> ListCommand.print(client, rest, out);
            case "/?", "/help" -> ChatHelp.print(out, rest, settings.takesFiles);
            default -> out.println("Unknown command '" + words[0] + "'. Type /? for help");
        }
        out.flush();
    }

    private void show(String words) throws IOException {
        String what = words.split("\\s", 2)[0];
        if (what.isEmpty()) {
            ChatHelp.print(out, "show", settings.takesFiles);
            return;
        }
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", settings.model);
        if (settings.system != null) {
            request.put("system", settings.system);
        }
        Reply model = client.post("/api/show", request);
        switch (what) {
            case "info" -> new ShowTables(model, out).print(false);
            case "license" -> text(model, what, "No license was specified for this model.");
            case "modelfile" -> out.println(model.text(what));
            case "parameters" -> parameters(model);
            case "system" -> {
                String own = settings.system == null ? model.text(what) : settings.system;
                out.println(own.isEmpty() ? "No system message was specified for this model." : own + "\n");
            }
            case "template" -> text(model, what, "No prompt template was specified for this model.");
            default -> out.println("Unknown command '/show " + what + "'. Type /? for help");
        }
        out.flush();
    }

    private void text(Reply model, String field, String otherwise) {
        String text = model.text(field);
        out.println(text.isEmpty() ? otherwise : text);
    }

    private void parameters(Reply model) {
        String own = model.text("parameters");
        out.println("Model defined parameters:");
        (own.isEmpty() ? "No additional parameters were specified for this model." : own)
                .lines()
                .forEach(line -> out.println("  " + line));
        out.println();
        if (!settings.options.isEmpty()) {
            out.println("User defined parameters:");
            settings.options.forEach((name, value) -> out.println("  %-30s %s".formatted(name, plain(value))));
            out.println();
        }
    }

    /** As Go prints it. */
    private static String plain(Object value) {
        return switch (value) {
            case List<?> texts -> texts.stream().map(String::valueOf).collect(Collectors.joining(" ", "[", "]"));
            case Double number
            when !number.isInfinite() && !number.isNaN() ->
                BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
            default -> String.valueOf(value);
        };
    }

    private void load(String model) throws IOException {
        if (!isOneWord(model)) {
            out.println("Usage:\n  /load <modelname>");
            return;
        }
        out.println("Loading model '" + model + "'");
        out.flush();
        Reply shown;
        try {
            shown = client.post("/api/show", Map.of("model", model));
            client.post("/api/generate", Map.of("model", model));
        } catch (ServerFailure e) {
            if (!e.isModelMissing()) {
                throw e;
            }
            out.println("Couldn't find model '" + model + "'");
            return;
        }
        settings.model(model, shown);
        // What was set for the model before must not stand in for what this one brings.
        settings.system = null;
        chat.forget();
        chat.showLoaded();
    }

    private static boolean isOneWord(String text) {
        return !text.isEmpty() && text.chars().noneMatch(Character::isWhitespace);
    }

    private void save(String name) throws IOException {
        if (!isOneWord(name)) {
            out.println("Usage:\n  /save <modelname>");
            return;
        }
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", name);
        request.put("from", settings.model);
        if (settings.system != null) {
            request.put("system", settings.system);
        }
        if (!settings.options.isEmpty()) {
            request.put("parameters", settings.options);
        }
        List<Map<String, Object>> messages = chat.allMessages();
        if (!messages.isEmpty()) {
            request.put("messages", messages);
        }
        try {
            client.post("/api/create", request);
        } catch (ServerFailure e) {
            if (!e.getMessage().contains("invalid model name")) {
                throw e;
            }
            out.println("error: The model name '" + name + "' is invalid");
            return;
        }
        out.println("Created new model '" + name + "'");
    }
}
