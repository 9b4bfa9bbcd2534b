package dev.llamero.inference.jinja;

/** Compiled pieces of a template. They hold no state of a rendering, so that many threads may run them at once. */
final class Code {
    private Code() {}

    /** An expression. */
    interface Eval {
        Object eval(Activation activation);
    }

    /** A statement. */
    interface Exec {
        Signal run(Activation activation, Output output);
    }

    /** An assignment to a target. */
    interface Store {
        void store(Activation activation, Object value);
    }

    /** How a statement ended. */
    enum Signal {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** A body with its own variables. */
    interface Function {
        void run(Activation parent, Render render, Output output);
    }
}
