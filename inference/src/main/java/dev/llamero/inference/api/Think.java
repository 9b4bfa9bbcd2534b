package dev.llamero.inference.api;

import java.util.List;

/**
 * Whether a model is asked to think, and how hard.
 *
 * @param on false switches thinking off
 * @param level {@code low}, {@code medium}, {@code high} or {@code max}; null if none was named
 */
public record Think(boolean on, String level) {
    /** What a model that can think does when nothing is asked. */
    public static final Think DEFAULT = new Think(true, null);

    private static final List<String> LEVELS = List.of("high", "medium", "low", "max");

    static Think read(JsonValue value) {
        return switch (value) {
            case JsonValue.Bool bool -> new Think(bool.value(), null);
            case JsonValue.Str string -> {
                if (!LEVELS.contains(string.text())) {
                    throw new BadJsonException("invalid think value: " + JsonText.of(string.text())
                            + " (must be \"high\", \"medium\", \"low\", \"max\", true, or false)");
                }
                yield new Think(true, string.text());
            }
            default ->
                throw new BadJsonException("think must be a boolean or string"
                        + " (\"high\", \"medium\", \"low\", \"max\", true, or false)");
        };
    }
}
