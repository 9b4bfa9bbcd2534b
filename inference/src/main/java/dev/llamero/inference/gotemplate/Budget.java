package dev.llamero.inference.gotemplate;

/**
 * What one rendering may use: steps, and the size of texts. A template is a stranger's program, so it must end. Used by
 * one thread.
 */
final class Budget {
    /** Longest text in bytes, of the result and of each string on the way. */
    static final int LENGTH_MAX = 32 << 20;
    /** Most steps; writing a byte counts as one. */
    private static final long STEPS_MAX = 100_000_000L;
    /** Deepest nesting of bodies that are being executed at which another template is still called. */
    private static final int DEPTH_MAX = 500;

    private long steps;
    private int depth;

    static void checkLength(long length) {
        if (length > LENGTH_MAX) {
            throw new GoTemplateException("template: text is longer than " + LENGTH_MAX + " bytes");
        }
    }

    void spend(long count) {
        steps += count;
        if (steps > STEPS_MAX) {
            throw new GoTemplateException("template: takes more than " + STEPS_MAX + " steps");
        }
    }

    void enter() {
        depth++;
    }

    /** Whether no other template may be called from here. */
    boolean isDeep() {
        return depth >= DEPTH_MAX;
    }

    void leave() {
        depth--;
    }
}
