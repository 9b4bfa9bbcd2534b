package dev.llamero.inference.jinja;

/**
 * A value that is not there: prints as nothing, is false and empty, and fails with its message when anything else is
 * done with it.
 */
final class Undefined {
    private final String type;
    private final String message;

    private Undefined(String type, String message) {
        this.type = type;
        this.message = message;
    }

    static Undefined name(String name) {
        return new Undefined("UndefinedError", PythonText.repr(name) + " is undefined");
    }

    static Undefined hint(String message) {
        return new Undefined("UndefinedError", message);
    }

    /** The object lacks the attribute or element. */
    static Undefined of(Object object, Object key) {
        String owner = object instanceof Undefined
                ? "Undefined"
                : object == null ? "None" : PythonText.qualifiedTypeName(object) + " object";
        if (key instanceof String name) {
            return hint(PythonText.repr(owner) + " has no attribute " + PythonText.repr(name));
        }
        return hint(owner + " has no element " + PythonText.repr(key));
    }

    /** The attribute exists in Python, but the immutable sandbox keeps it shut. */
    static Undefined unsafe(Object object, String name) {
        return new Undefined(
                "SecurityError",
                "access to attribute " + PythonText.repr(name) + " of " + PythonText.repr(PythonText.typeName(object))
                        + " object is unsafe.");
    }

    TemplateException failure() {
        return new TemplateException(type, message);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 7;
    }
}
