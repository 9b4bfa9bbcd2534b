package dev.llamero.inference.jinja;

/**
 * Bounds on what one template may use; every one of them ends in a {@link TemplateException}, never in a dead server.
 *
 * @param sourceCharsMax length of a template's source in chars
 * @param nestingMax how deep tags and brackets may be nested in the source
 * @param textCharsMax length in chars of the rendered text and of every string on the way
 * @param workMax units of work per rendering: a loop iteration, a call or a list element is one unit, and so are
 *     sixteen chars of new text
 * @param depthMax how deep macro calls and recursive loops may be nested while rendering
 * @param rangeMax elements of one {@code range()}; Jinja's sandbox has 100,000
 */
public record Limits(int sourceCharsMax, int nestingMax, int textCharsMax, long workMax, int depthMax, int rangeMax) {

    /** Wide enough for long conversations with tools, narrow enough that no template holds a thread for long. */
    public static final Limits DEFAULT = new Limits(4 << 20, 120, 32 << 20, 10_000_000, 200, 100_000);

    /** Refuses bounds that would let nothing through. */
    public Limits {
        if (sourceCharsMax < 1 || nestingMax < 1 || textCharsMax < 1 || workMax < 1 || depthMax < 1 || rangeMax < 0) {
            throw new IllegalArgumentException("every limit must be positive");
        }
    }
}
