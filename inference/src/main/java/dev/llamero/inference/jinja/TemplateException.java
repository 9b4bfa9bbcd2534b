package dev.llamero.inference.jinja;

import java.util.Locale;

/**
 * The one failure of this package: a template that cannot be parsed or rendered.
 *
 * <p>The message is Python's where Python has one, so that what a template says through {@code raise_exception} arrives
 * word for word. {@link #type()} is the Python class of the error, {@code LimitError} where a bound of {@link Limits}
 * was hit.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The Python class of the error. */
    private final String type;

    /** Line in the template, from 1; 0 where it is not known. */
    private int line;

    TemplateException(String type, String message, int line) {
        super(message);
        this.type = type;
        this.line = line;
    }

    TemplateException(String type, String message) {
        this(type, message, 0);
    }

    /** The class that the error has in Python, such as {@code UndefinedError} or {@code TemplateSyntaxError}. */
    public String type() {
        return type;
    }

    /** Line in the template, counted from 1; 0 where it is not known. */
    public int line() {
        return line;
    }

    /** The message with class and line, for a log or an error reply. */
    public String describe() {
        return type + ": " + getMessage() + (line > 0 ? " (line " + line + ")" : "");
    }

    /** Sets the line of an error that was raised where no line was known. */
    TemplateException at(int templateLine) {
        if (line == 0) {
            line = templateLine;
        }
        return this;
    }

    static TemplateException syntax(String message, int line) {
        return new TemplateException("TemplateSyntaxError", message, line);
    }

    static TemplateException assertion(String message, int line) {
        return new TemplateException("TemplateAssertionError", message, line);
    }

    static TemplateException runtime(String message) {
        return new TemplateException("TemplateRuntimeError", message);
    }

    static TemplateException type(String message) {
        return new TemplateException("TypeError", message);
    }

    /** The object has no such attribute, where Python's own code asks for it. */
    static TemplateException attribute(Object object, String name) {
        if (object instanceof Undefined undefined) {
            return undefined.failure();
        }
        return new TemplateException(
                "AttributeError", "'" + PythonText.typeName(object) + "' object has no attribute '" + name + "'");
    }

    static TemplateException value(String message) {
        return new TemplateException("ValueError", message);
    }

    static TemplateException argument(String message) {
        return new TemplateException("FilterArgumentError", message);
    }

    static TemplateException overflow(String message) {
        return new TemplateException("OverflowError", message);
    }

    static TemplateException zeroDivision(String message) {
        return new TemplateException("ZeroDivisionError", message);
    }

    static TemplateException limit(String format, Object... values) {
        return new TemplateException("LimitError", String.format(Locale.ROOT, format, values));
    }
}
