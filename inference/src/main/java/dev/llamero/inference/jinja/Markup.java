package dev.llamero.inference.jinja;

/**
 * A string that is safe HTML already: what {@code safe} and {@code escape} give.
 *
 * @param text the string itself
 */
record Markup(String text) {
    /** The text with the five characters escaped that HTML gives a meaning. */
    static String escape(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            String replacement = switch (text.charAt(i)) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '\'' -> "&#39;";
                case '"' -> "&#34;";
                default -> null;
            };
            if (replacement != null && out == null) {
                out = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (out != null) {
                if (replacement == null) {
                    out.append(text.charAt(i));
                } else {
                    out.append(replacement);
                }
            }
        }
        return out == null ? text : out.toString();
    }

    /** The value as safe text: markup as it is, anything else escaped. */
    static Markup of(Render render, Object value) {
        return value instanceof Markup markup ? markup : new Markup(escape(PythonText.str(render, value)));
    }
}
