package dev.llamero.inference.gotemplate;

import java.time.LocalDate;
import java.util.Map;

/**
 * What is executed: a source and its trees.
 *
 * @param source in bytes, for the places in error texts
 * @param trees by name
 * @param hasOllamasFunctions whether templates can call what Ollama adds, and see zero values for keys that are missing
 * @param today what currentDate gives
 */
record Program(String source, Map<String, Tree> trees, boolean hasOllamasFunctions, LocalDate today) {
    /** Line and column of a byte. */
    String location(int position) {
        int line = 1;
        int begin = 0;
        for (int i = 0; i < position; i++) {
            if (source.charAt(i) == '\n') {
                line++;
                begin = i + 1;
            }
        }
        return ":" + line + ":" + (position - begin);
    }

    /** What a key gives that a map does not have. */
    GoValue missing(GoType element) {
        return hasOllamasFunctions ? element.zero() : GoValue.NONE;
    }
}
