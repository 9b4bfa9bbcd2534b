package dev.llamero.benchmarks.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/**
 * Every Java file looks as palantir-java-format prints it, so that nobody argues about layout.
 *
 * <p>{@code mvn test -pl benchmarks -am -Dtest=FormatTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dllamero.format=write} rewrites the files instead of refusing them.
 */
class FormatTest {
    private static final JavaFormatterOptions OPTIONS = JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(false)
            .build();

    @Test
    void everyFileIsFormatted() throws IOException, FormatterException {
        boolean write = "write".equals(System.getProperty("llamero.format"));
        var formatter = Formatter.createFormatter(OPTIONS);
        var unformatted = new ArrayList<Path>();
        for (Path file : SourceTree.javaFiles()) {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (!formatted.equals(source)) {
                unformatted.add(SourceTree.root().relativize(file));
                if (write) {
                    Files.writeString(file, formatted);
                }
            }
        }
        if (!write) {
            assertThat(unformatted)
                    .as("files not formatted; ./llamero format rewrites them")
                    .isEmpty();
        }
    }
}
