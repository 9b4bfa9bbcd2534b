package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What begins with a slash in a chat (specification 20.3). */
final class ChatCommands {
    private final Chat chat;
    private final ModelClient client;
    private final RunSettings settings;
    private final SetCommand setting;
    private final PrintWriter out;

    ChatCommands(Chat chat, ModelClient client, RunSettings settings, ChatTerminal terminal) {
        this.chat = chat;
        this.client = client;
        this.settings = settings;
        this.setting = new SetCommand(settings, terminal);
        this.out = terminal.out();
    }

    static boolean isExit(String line) {
        return line.equals("/bye") || line.equals("/exit");
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
            case "/?", "/help" -> ChatHelp.print(out, rest);
            default -> out.println("Unknown command '" + words[0] + "'. Type /? for help");
        }
        out.flush();
    }

    private void show(String what) throws IOException {
        if (!List.of("info", "license", "modelfile", "parameters", "system", "template")
                .contains(what)) {
            ChatHelp.print(out, "show");
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
            case "parameters" -> parameters(model);
            default -> {
                String text = model.text(what);
                out.println(text.isEmpty() ? "No " + what + " was specified for this model." : text);
            }
        }
        out.flush();
    }

    private void parameters(Reply model) {
        String own = model.text("parameters");
        if (own.isEmpty() && settings.options.isEmpty()) {
            out.println("No additional parameters were specified for this model.");
            return;
        }
        if (!own.isEmpty()) {
            out.println("Model defined parameters:");
            own.lines().forEach(line -> out.println("  " + line));
            out.println();
        }
        if (!settings.options.isEmpty()) {
            out.println("User defined parameters:");
            settings.options.forEach((name, value) -> out.println("  %-30s %s".formatted(name, value)));
            out.println();
        }
    }

    private void load(String model) throws IOException {
        if (model.isEmpty()) {
            out.println("Usage:\n  /load <model>");
            return;
        }
        out.println("Loading model '" + model + "'");
        out.flush();
        try {
            client.post("/api/generate", Map.of("model", model));
        } catch (ServerFailure e) {
            if (!e.isModelMissing()) {
                throw e;
            }
            out.println("Couldn't find model '" + model + "'");
            return;
        }
        settings.model = model;
        chat.forget();
    }

    private void save(String name) throws IOException {
        if (name.isEmpty()) {
            out.println("Usage:\n  /save <model>");
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
        if (!chat.messages().isEmpty()) {
            request.put("messages", chat.messages());
        }
        client.post("/api/create", request);
        out.println("Created new model '" + name + "'");
    }
}
