package dev.llamero.inference.gotemplate;

/** A template that cannot be parsed or executed; the message is Go's. */
public final class GoTemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GoTemplateException(String message) {
        super(message, null, false, false);
    }
}
