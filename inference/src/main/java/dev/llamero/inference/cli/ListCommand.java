package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the models that the server has. */
@Command(
        name = "list",
        aliases = "ls",
        description = {"List the models that are there.", "Another name of the command is ls."})
final class ListCommand extends ClientCommand {
    private static final int ID_CHARS = 12;

    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "[PREFIX]",
            description = "Only models whose name begins so.")
    private List<String> arguments = new ArrayList<>();

    ListCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        print(surroundings.client(), first(arguments), out());
    }

    static void print(ModelClient client, String prefix, PrintWriter out) throws IOException {
        String lower = prefix.toLowerCase(Locale.ROOT);
        Instant now = Instant.now();
        var table = new Table("NAME", "ID", "SIZE", "MODIFIED");
        for (Reply model : client.get("/api/tags").objects("models")) {
            if (model.text("name").toLowerCase(Locale.ROOT).startsWith(lower)) {
                table.row(
                        model.text("name"),
                        shortId(model),
                        model.text("remote_model").isEmpty() ? HumanText.size(model.number("size")) : "-",
                        HumanText.ago(model.text("modified_at"), now));
            }
        }
        table.print(out, "");
    }

    /** The digest's beginning. */
    static String shortId(Reply model) {
        String digest = model.text("digest");
        return digest.substring(0, Math.min(ID_CHARS, digest.length()));
    }
}
