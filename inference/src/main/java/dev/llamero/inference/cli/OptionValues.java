package dev.llamero.inference.cli;

import java.util.List;
import java.util.Set;

/** Values of {@code /set parameter}, of the type that the API wants (specification 8.1). */
final class OptionValues {
    private static final Set<String> WHOLE = Set.of(
            "num_ctx",
            "num_batch",
            "num_gpu",
            "main_gpu",
            "num_thread",
            "draft_num_predict",
            "num_keep",
            "seed",
            "num_predict",
            "top_k",
            "repeat_last_n");
    private static final Set<String> REAL = Set.of(
            "temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty");

    private OptionValues() {}

    /** @throws UsageException that says what is wrong */
    static Object parse(String name, List<String> values) {
        if (name.equals("stop")) {
            return values;
        }
        String value = values.getFirst();
        if (name.equals("draft_model")) {
            return value;
        }
        try {
            if (WHOLE.contains(name)) {
                return Long.parseLong(value);
            } else if (REAL.contains(name)) {
                return Double.parseDouble(value);
            }
        } catch (NumberFormatException e) {
            throw new UsageException("invalid " + (WHOLE.contains(name) ? "int" : "float") + " value " + values);
        }
        if (!name.equals("use_mmap")) {
            throw new UsageException("unknown parameter '" + name + "'");
        }
        if (!value.equals("true") && !value.equals("false")) {
            throw new UsageException("invalid bool value " + values);
        }
        return Boolean.valueOf(value);
    }
}
