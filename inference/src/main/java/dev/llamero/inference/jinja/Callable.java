package dev.llamero.inference.jinja;

/** What a template can call: macros, methods, global functions. */
interface Callable {
    /** Calls it, on the thread that renders. */
    Object call(Render render, Args args);

    /** How Python prints the object. */
    default String repr() {
        return "<" + typeName() + " object>";
    }

    default String typeName() {
        return "function";
    }
}
