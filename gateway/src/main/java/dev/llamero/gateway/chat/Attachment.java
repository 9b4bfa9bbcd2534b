package dev.llamero.gateway.chat;

/**
 * A text file that goes with a question.
 *
 * @param name as the person's file is called
 * @param mediaType as the browser said
 * @param text the whole of it
 */
public record Attachment(String name, String mediaType, String text) {
    /** Files of one question. */
    public static final int MAX = 8;

    /** What the page shows of it in a history; the text is asked for when somebody wants to read it. */
    public record Label(String name, String mediaType, int chars) {}

    Label label() {
        return new Label(name, mediaType, text.length());
    }
}
