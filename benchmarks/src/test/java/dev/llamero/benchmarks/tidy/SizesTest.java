package dev.llamero.benchmarks.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Files, lines and methods stay readable, and nothing unfinished is left behind. */
class SizesTest {
    private static final int FILE_LINES_MAX = 400;
    private static final int LINE_CHARS_MAX = 120;
    private static final int METHOD_LINES_MAX = 70;
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    /** A member of a class begins at four, eight or twelve spaces and ends with a brace at the same depth. */
    private static final Pattern METHOD_START =
            Pattern.compile("^( {4}| {8}| {12})[\\w@<][^=;]*\\)( throws [\\w., ]+)? \\{$");

    @Test
    void filesAndLinesAreShort() throws IOException {
        var faults = new ArrayList<String>();
        for (Path file : SourceTree.javaFiles()) {
            List<String> lines = Files.readAllLines(file);
            String name = SourceTree.root().relativize(file).toString();
            if (lines.size() > FILE_LINES_MAX) {
                faults.add(name + " has " + lines.size() + " lines");
            }
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > LINE_CHARS_MAX) {
                    faults.add(name + ":" + (i + 1) + " has " + lines.get(i).length() + " characters");
                }
                if (UNFINISHED.matcher(lines.get(i)).find()) {
                    faults.add(name + ":" + (i + 1) + " is unfinished");
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void methodsAreShort() throws IOException {
        var faults = new ArrayList<String>();
        for (Path file : SourceTree.javaFiles()) {
            List<String> lines = Files.readAllLines(file);
            for (int start = 0; start < lines.size(); start++) {
                var matcher = METHOD_START.matcher(lines.get(start));
                if (!matcher.matches() || lines.get(start).strip().startsWith("}")) {
                    continue;
                }
                String indent = indent(lines.get(start), matcher.group(1));
                if (indent.isEmpty()) {
                    // The head of a record and not of a method.
                    continue;
                }
                String end = indent + "}";
                int stop = start + 1;
                // A switch or an anonymous class that looks like a method ends with "};" or "});".
                while (stop < lines.size() && !lines.get(stop).startsWith(end)) {
                    stop++;
                }
                if (stop - start - 1 > METHOD_LINES_MAX) {
                    faults.add(SourceTree.root().relativize(file) + ":" + (start + 1) + " has " + (stop - start - 1)
                            + " lines in one method");
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    /** A head that goes over several lines ends on one that closes more than it opens, eight columns further in. */
    private static String indent(String line, String own) {
        long opened = line.chars().filter(c -> c == '(').count();
        long closed = line.chars().filter(c -> c == ')').count();
        return closed > opened ? own.substring(Math.min(8, own.length())) : own;
    }
}
