package dev.llamero.inference.prompt;

/** Follows the brackets of JSON, character by character, to know where a value ends. Used by one thread. */
final class JsonScan {
    private final boolean anywhere;
    private int depth;
    private boolean begun;
    private boolean other;
    /** Whether a list began in which nothing visible came yet. */
    private boolean inList;

    private boolean inString;
    private boolean escaped;

    /** @param anywhere whether an object may begin behind other text; else the first visible character decides */
    JsonScan(boolean anywhere) {
        this.anywhere = anywhere;
    }

    /** Takes the next character; true if it ends the outermost object or list. */
    boolean next(char c) {
        if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return false;
        }
        if (!begun) {
            begun = c == '{' && (anywhere || !other) || c == '[' && !other;
            other |= !Character.isWhitespace(c);
            depth = begun ? 1 : 0;
            inList = c == '[';
            return false;
        }
        if (inList && !Character.isWhitespace(c)) {
            inList = false;
            if ("{[\"]".indexOf(c) < 0 && !anywhere) {
                // A list of something else, whose quotes are no JSON.
                begun = false;
                other = true;
                return false;
            }
        }
        inString = c == '"';
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        return depth == 0;
    }

    boolean isInString() {
        return inString;
    }
}
