package dev.llamero.inference.cli;

import dev.llamero.inference.api.JsonText;
import java.io.PrintWriter;
import java.util.List;

/** The blocks of {@code show} (specification 20.2). */
final class ShowTables {
    private static final String ROW_INDENT = "    ";
    private static final int TEXT_LINES_MAX = 2;
    private static final int ITEMS_MAX = 3;

    private final Reply model;
    private final PrintWriter out;

    /** @param model the reply of {@code /api/show} */
    ShowTables(Reply model, PrintWriter out) {
        this.model = model;
        this.out = out;
    }

    /** @param verbose whether metadata and tensors are wanted too */
    void print(boolean verbose) {
        block("Model", modelTable());
        block("Projector", projectorTable());
        block("Capabilities", lines(model.texts("capabilities")));
        block("Parameters", parameterTable());
        if (verbose) {
            block("Metadata", metadataTable());
            block("Tensors", tensorTable());
        }
        block("System", beginning(model.text("system")));
        block("License", beginning(model.text("license")));
    }

    private void block(String title, Table table) {
        if (!table.isEmpty()) {
            out.println("  " + title);
            table.print(out, ROW_INDENT);
            out.println();
        }
    }

    private Table modelTable() {
        Reply info = model.object("model_info");
        Reply details = model.object("details");
        String architecture = info.text("general.architecture");
        var table = new Table();
        add(table, "architecture", architecture.isEmpty() ? details.text("family") : architecture);
        add(table, "parameters", details.text("parameter_size"));
        add(table, "context length", number(info, architecture + ".context_length"));
        add(table, "embedding length", number(info, architecture + ".embedding_length"));
        add(table, "quantization", details.text("quantization_level"));
        add(table, "requires", model.text("requires"));
        return table;
    }

    private Table projectorTable() {
        Reply info = model.object("projector_info");
        var table = new Table();
        add(table, "architecture", info.text("general.architecture"));
        add(table, "embedding length", number(info, "clip.vision.embedding_length"));
        add(table, "dimensions", number(info, "clip.vision.projection_dim"));
        return table;
    }

    private static void add(Table table, String name, String value) {
        if (!value.isEmpty()) {
            table.row(name, value);
        }
    }

    private static String number(Reply info, String key) {
        return info.fields().get(key) instanceof Number number ? number.toString() : "";
    }

    private static Table lines(List<String> lines) {
        var table = new Table();
        lines.forEach(table::row);
        return table;
    }

    private Table parameterTable() {
        var table = new Table();
        model.text("parameters").lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] parts = line.strip().split("\\s+", 2);
            table.row(parts[0], parts.length > 1 ? parts[1] : "");
        });
        return table;
    }

    private Table metadataTable() {
        var table = new Table();
        model.object("model_info").fields().forEach((key, value) -> table.row(key, shown(value)));
        return table;
    }

    private static String shown(Object value) {
        if (value instanceof String text) {
            return text.lines().findFirst().orElse("");
        }
        if (value instanceof List<?> list && list.size() > ITEMS_MAX) {
            String first = JsonText.of(list.subList(0, ITEMS_MAX));
            return first.substring(0, first.length() - 1) + ",...+" + (list.size() - ITEMS_MAX) + " more]";
        }
        return JsonText.of(value);
    }

    private Table tensorTable() {
        var table = new Table();
        for (Reply tensor : model.objects("tensors")) {
            table.row(
                    tensor.text("name"),
                    tensor.text("type"),
                    JsonText.of(tensor.fields().get("shape")));
        }
        return table;
    }

    /** A text's first lines that are not empty. */
    private static Table beginning(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        var table = lines(lines.subList(0, Math.min(TEXT_LINES_MAX, lines.size())));
        return lines.size() > TEXT_LINES_MAX ? table.row("...") : table;
    }
}
