package dev.llamero.inference.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns without borders, each filled to its widest cell, with four spaces between (specification 20.2). */
final class Table {
    private static final String GAP = "    ";

    private final List<List<String>> rows = new ArrayList<>();
    private final List<String> header;

    /** A table with a heading row. */
    Table(String... header) {
        this.header = List.of(header);
    }

    Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Writes the heading, where there is one, and the rows, each behind the indent. */
    void print(PrintWriter out, String indent) {
        if (!header.isEmpty()) {
            // The recorded client ends its heading row, other than the rest, with a single space.
            out.println(indent
                    + line(header).stripTrailing()
                    + " ".repeat(width(header.size() - 1) - length(header.getLast()) + 1));
        }
        rows.forEach(row -> out.println(indent + line(row)));
    }

    private String line(List<String> cells) {
        var line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            line.append(cells.get(i))
                    .append(" ".repeat(width(i) - length(cells.get(i))))
                    .append(GAP);
        }
        return line.toString();
    }

    private int width(int column) {
        int width = column < header.size() ? length(header.get(column)) : 0;
        for (List<String> row : rows) {
            width = Math.max(width, column < row.size() ? length(row.get(column)) : 0);
        }
        return width;
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
