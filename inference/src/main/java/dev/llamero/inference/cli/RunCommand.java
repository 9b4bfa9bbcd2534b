package dev.llamero.inference.cli;

import dev.llamero.inference.api.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a model one question and prints the answer, or chats in a terminal (specification 20.3). */
@Command(name = "run", description = "Ask a model, or chat with it.")
final class RunCommand extends ClientCommand {
    private static final int WIDTH_DEFAULT = 80;

    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "MODEL [PROMPT...]",
            description = "The model's name, and a question.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--keepalive", paramLabel = "D", description = "How long the model stays loaded, such as 5m.")
    private String keepAlive;

    @Option(names = "--verbose", description = "Print times and counts after the answer.")
    private boolean verbose;

    @Option(names = "--format", paramLabel = "F", description = "Form of the answer: json, or a JSON schema.")
    private String format = "";

    @Option(
            names = "--think",
            arity = "0..1",
            paramLabel = "LEVEL",
            preprocessor = AttachedValue.class,
            description = "Think first: true, false, low, medium, high or max.")
    private String think;

    @Option(names = "--hidethinking", description = "Do not show the thinking.")
    private boolean hideThinking;

    @Option(names = "--nowordwrap", description = "Do not wrap words at the terminal's width.")
    private boolean noWordWrap;

    @Option(names = "--insecure", description = "Pull a missing model without encryption.")
    private boolean insecure;

    @Option(
            names = "--truncate",
            arity = "0..1",
            paramLabel = "BOOL",
            preprocessor = AttachedValue.class,
            description =
                    "Of an embedding model: cut a text that is longer than the context; false makes that an error.")
    private Boolean truncate;

    @Option(names = "--dimensions", paramLabel = "N", description = "Of an embedding model: length of the vector.")
    private int dimensions;

    RunCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] variables() {
        var all = new ArrayList<>(List.of(super.variables()));
        all.add("  OLLAMA_EDITOR      Editor for messages of a chat (Ctrl-G); else VISUAL or EDITOR, else vi");
        all.add("  OLLAMA_NOHISTORY   Do not keep what is typed in a chat");
        return all.toArray(String[]::new);
    }

    @Override
    void run() throws IOException {
        requireSome(arguments);
        RunSettings settings = settings();
        String prompt = prompt();
        ModelClient client = surroundings.client();
        Reply model = show(client, settings.model);
        settings.model(settings.model, model);
        if (model.texts("capabilities").contains("embedding")) {
            embed(client, settings, prompt);
        } else if (prompt.isEmpty() && surroundings.isInteractive()) {
            chat(client, settings);
        } else {
            generate(client, settings, prompt);
        }
    }

    /** What is not there yet is pulled first. */
    private Reply show(ModelClient client, String model) throws IOException {
        try {
            return client.post("/api/show", Map.of("model", model));
        } catch (ServerFailure e) {
            if (!e.isModelMissing()) {
                throw e;
            }
        }
        new Transfer(surroundings, out(), err()).pull(model, insecure);
        return client.post("/api/show", Map.of("model", model));
    }

    private RunSettings settings() {
        var settings = new RunSettings(arguments.getFirst());
        settings.keepAlive = keepAlive;
        settings.verbose = verbose;
        settings.hideThinking = hideThinking;
        settings.wordWrap = !noWordWrap;
        settings.format = format.isEmpty() ? null : RunSettings.parseFormat(format);
        settings.think = think == null ? null : RunSettings.parseThink(think);
        return settings;
    }

    /** What is piped in comes before what is on the command line. */
    private String prompt() throws IOException {
        var parts = new ArrayList<String>();
        if (!surroundings.terminals().contains(0)) {
            String piped = new String(surroundings.in().readAllBytes(), StandardCharsets.UTF_8);
            if (!piped.isEmpty()) {
                parts.add(piped);
            }
        }
        parts.addAll(arguments.subList(1, arguments.size()));
        return String.join(" ", parts);
    }

    private void embed(ModelClient client, RunSettings settings, String prompt) throws IOException {
        if (prompt.isEmpty()) {
            throw new UsageException("embedding models require input text. Usage: llamero run " + settings.model
                    + " \"your text here\"");
        }
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", settings.model);
        request.put("input", prompt);
        if (keepAlive != null) {
            request.put("keep_alive", keepAlive);
        }
        if (truncate != null) {
            request.put("truncate", truncate);
        }
        if (dimensions > 0) {
            request.put("dimensions", dimensions);
        }
        Object vectors = client.post("/api/embed", request).fields().get("embeddings");
        out().println(JsonText.of(vectors instanceof List<?> list && !list.isEmpty() ? list.getFirst() : List.of()));
    }

    private void generate(ModelClient client, RunSettings settings, String prompt) throws IOException {
        Map<String, Object> request = settings.request();
        if (settings.takesFiles) {
            AttachedFiles.of(prompt, err()).putInto(request, "prompt");
        } else {
            request.put("prompt", prompt);
        }
        boolean terminal = surroundings.terminals().contains(1);
        int width = terminal && surroundings.terminals().contains(0) && settings.wordWrap ? width() : 0;
        var printer = new AnswerPrinter(out(), new AnswerPrinter.Style(terminal, width, settings.hideThinking));
        if (terminal) {
            Runtime.getRuntime().addShutdownHook(new Thread(printer::restoreColours, "restore-colours"));
        }
        try (var spinner = Spinner.start(err(), surroundings.terminals().contains(2))) {
            client.stream("/api/generate", request, reply -> {
                spinner.stop();
                printer.thinking(reply.text("thinking"));
                printer.content(reply.text("response"));
                if (reply.truth("done") && !prompt.isEmpty()) {
                    printer.end();
                    if (settings.verbose) {
                        new Statistics(reply).print(err());
                    }
                }
            });
        }
    }

    private void chat(ModelClient client, RunSettings settings) throws IOException {
        try (var _ = Spinner.start(err(), surroundings.terminals().contains(2))) {
            Map<String, Object> load = settings.request();
            load.remove("format");
            client.post("/api/generate", load);
        }
        try (var terminal = new ChatTerminal(surroundings)) {
            new Chat(client, settings, terminal).loop();
        }
    }

    private int width() {
        try {
            return Integer.parseInt(surroundings.environment().getOrDefault("COLUMNS", ""));
        } catch (NumberFormatException e) {
            return WIDTH_DEFAULT;
        }
    }

    /** A value counts only when an equals sign attaches it, for else the next word would not be the prompt's first. */
    static final class AttachedValue implements CommandLine.IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
            if (!"=".equals(info.get("separator"))) {
                arguments.push("true");
            }
            return false;
        }
    }
}
