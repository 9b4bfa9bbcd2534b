package dev.llamero.inference.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the models in memory. */
@Command(name = "ps", description = "List the models that are loaded.")
final class PsCommand extends ClientCommand {
    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "[PREFIX]",
            description = "Only models whose name begins so.")
    private List<String> arguments = new ArrayList<>();

    PsCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        String prefix = first(arguments);
        Instant now = Instant.now();
        var table = new Table("NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL");
        for (Reply model : surroundings.client().get("/api/ps").objects("models")) {
            if (model.text("name").startsWith(prefix)) {
                table.row(
                        model.text("name"),
                        ListCommand.shortId(model),
                        HumanText.size(model.number("size")),
                        processor(model.number("size"), model.number("size_vram")),
                        Long.toString(model.number("context_length")),
                        HumanText.until(model.text("expires_at"), now));
            }
        }
        table.print(out(), "");
    }

    /** Where the weights lie. */
    static String processor(long bytes, long gpuBytes) {
        if (gpuBytes == 0) {
            return "100% CPU";
        } else if (gpuBytes == bytes) {
            return "100% GPU";
        } else if (gpuBytes > bytes || bytes <= 0) {
            return "Unknown";
        }
        long cpu = Math.round((bytes - gpuBytes) * 100.0 / bytes);
        return cpu + "%/" + (100 - cpu) + "% CPU/GPU";
    }
}
