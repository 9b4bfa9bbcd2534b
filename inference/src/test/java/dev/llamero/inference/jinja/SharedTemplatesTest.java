package dev.llamero.inference.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chat templates of real models against Python's renderings; they are not part of the product. */
class SharedTemplatesTest {
    private static final Path FOLDER = Path.of("../../shared/templates");

    @Test
    void everyModelsTemplateGivesPythonsBytes() throws IOException {
        boolean present = Files.isDirectory(FOLDER);
        if (!present) {
            System.out.println("skipped: no folder " + FOLDER.toAbsolutePath().normalize() + " with model templates");
        }
        assumeTrue(present, "no folder with model templates");
        List<String> differences = new ArrayList<>();
        int cases = 0;
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode recorded = TemplateCases.read(Files.readAllBytes(file));
                cases += recorded.get("cases").size();
                TemplateCases.differences(recorded).forEach(text -> differences.add(file.getFileName() + " " + text));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(cases).isPositive();
    }
}
