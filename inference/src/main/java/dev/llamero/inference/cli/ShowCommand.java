package dev.llamero.inference.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a model is made of: tables, or one of its texts as it is. */
@Command(name = "show", description = "Show what a model is and can do.")
final class ShowCommand extends ClientCommand {
    @Parameters(arity = "0..*", hideParamSyntax = true, paramLabel = "MODEL", description = "The model's name.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--license", description = "Only its license.")
    private boolean license;

    @Option(names = "--modelfile", description = "Only its Modelfile.")
    private boolean modelfile;

    @Option(names = "--parameters", description = "Only its parameters.")
    private boolean parameters;

    @Option(names = "--template", description = "Only its prompt template.")
    private boolean template;

    @Option(names = "--system", description = "Only its system message.")
    private boolean system;

    @Option(
            names = {"-v", "--verbose"},
            description = "Also its metadata and tensors.")
    private boolean verbose;

    ShowCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireExactly(1, arguments);
        List<String> texts = chosen();
        if (texts.size() > 1) {
            throw new UsageException("only one of '--license', '--modelfile', '--parameters', '--system',"
                    + " or '--template' can be specified");
        }
        Reply model = surroundings
                .client()
                .post("/api/show", Map.of("model", arguments.getFirst(), "verbose", verbose && texts.isEmpty()));
        if (texts.isEmpty()) {
            new ShowTables(model, out()).print(verbose);
            return;
        }
        String text = model.text(texts.getFirst());
        // A system message and a template are printed to the byte, so that they can be put in a file.
        if (system || template) {
            out().print(text);
        } else {
            out().println(text);
        }
    }

    private List<String> chosen() {
        var texts = new ArrayList<String>();
        add(license, "license", texts);
        add(modelfile, "modelfile", texts);
        add(parameters, "parameters", texts);
        add(system, "system", texts);
        add(template, "template", texts);
        return texts;
    }

    private static void add(boolean chosen, String name, List<String> texts) {
        if (chosen) {
            texts.add(name);
        }
    }
}
