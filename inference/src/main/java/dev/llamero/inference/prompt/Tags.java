package dev.llamero.inference.prompt;

/** Looking for tags in text that is not complete. */
final class Tags {
    private Tags() {}

    /** Length of the longest end of the text that could become the tag; 0 if none. */
    static int partialAtEnd(CharSequence text, String tag) {
        int most = Math.min(tag.length() - 1, text.length());
        for (int length = most; length > 0; length--) {
            String end = text.subSequence(text.length() - length, text.length()).toString();
            if (tag.startsWith(end)) {
                return length;
            }
        }
        return 0;
    }
}
