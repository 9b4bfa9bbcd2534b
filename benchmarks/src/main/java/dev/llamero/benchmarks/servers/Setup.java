package dev.llamero.benchmarks.servers;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * How servers are set up for some workloads.
 *
 * @param model which model they load
 * @param slots conversations that one server runs at once
 * @param contextTokens of each conversation
 * @param limited whether the memory for idle conversations is limited, by the server's own settings
 * @param fresh whether servers are started anew for this workload, so that memory counts from nothing
 */
public record Setup(ModelRole model, int slots, int contextTokens, boolean limited, boolean fresh) {
    /** Which model a workload needs. */
    public enum ModelRole {
        /** The one that is compared. */
        MAIN,
        /** One so small that only the server's own work counts. */
        TINY
    }

    /** What the harness itself makes of a placeholder's name in a command, an environment or a model's name. */
    public Map<String, String> values(Path modelFile, int port, Path data) {
        var values = new HashMap<String, String>();
        values.put("port", String.valueOf(port));
        values.put("data", data.toString());
        values.put("slots", String.valueOf(slots));
        values.put("context", String.valueOf(contextTokens));
        values.put("context_total", String.valueOf((long) slots * contextTokens));
        if (modelFile != null) {
            values.put("model", modelFile.toString());
            values.put("model_name", modelFile.getFileName().toString().replaceFirst("\\.gguf$", ""));
        }
        return values;
    }

    /**
     * A text with its placeholders replaced.
     *
     * @throws IllegalArgumentException if the text names one that is unknown
     */
    static String fill(String text, Map<String, String> values) {
        var filled = new StringBuilder();
        int from = 0;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
            int close = text.indexOf('}', open);
            String name = close < 0 ? "" : text.substring(open + 1, close);
            if (!values.containsKey(name)) {
                throw new IllegalArgumentException("\"" + text + "\" names the placeholder {" + name + "}; known are "
                        + values.keySet().stream().sorted().toList());
            }
            filled.append(text, from, open).append(values.get(name));
            from = close + 1;
        }
        return filled.append(text.substring(from)).toString();
    }
}
