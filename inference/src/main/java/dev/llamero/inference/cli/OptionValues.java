package dev.llamero.inference.cli;

import dev.llamero.inference.api.ModelOptions;
import java.util.List;

/** Values of {@code /set parameter}, of the type that the API wants (specification 8.1). */
final class OptionValues {
    private OptionValues() {}

    /** @throws UsageException that says what is wrong */
    static Object parse(String name, List<String> values) {
        ModelOptions.Type type =
                ModelOptions.type(name).orElseThrow(() -> new UsageException("unknown parameter '" + name + "'"));
        String value = values.getFirst();
        try {
            return switch (type) {
                case ARRAY -> values;
                case STRING -> value;
                case INTEGER -> Long.parseLong(value);
                case FLOAT -> Double.parseDouble(value);
                case BOOLEAN -> truth(values);
            };
        } catch (NumberFormatException e) {
            throw new UsageException(
                    "invalid " + (type == ModelOptions.Type.INTEGER ? "int" : "float") + " value " + values);
        }
    }

    private static boolean truth(List<String> values) {
        String value = values.getFirst();
        if (!value.equals("true") && !value.equals("false")) {
            throw new UsageException("invalid bool value " + values);
        }
        return Boolean.parseBoolean(value);
    }
}
