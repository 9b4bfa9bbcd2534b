package dev.llamero.inference.cli;

import org.jline.reader.LineReader;
import org.jline.reader.impl.DefaultHighlighter;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;

/** Says in grey what may be typed, until something is. */
final class Placeholder extends DefaultHighlighter {
    private static final AttributedString TEXT =
            new AttributedString("Send a message (/? for help)", AttributedStyle.DEFAULT.foreground(245));

    private volatile boolean shown = true;

    /** Lets this reader, whose highlighter it is, say when a line begins and when it is left. */
    void attach(LineReader reader) {
        reader.getWidgets().put(LineReader.CALLBACK_INIT, () -> shown = true);
        reader.getWidgets().put(LineReader.CALLBACK_FINISH, () -> {
            shown = false;
            return true;
        });
    }

    @Override
    public AttributedString highlight(LineReader reader, String buffer) {
        return buffer.isEmpty() && shown ? TEXT : new AttributedString(buffer);
    }
}
