package dev.llamero.inference.jinja;

/** The {@code joiner} object: nothing at the first call, then its separator. */
final class Joiner implements Callable {
    private final Object separator;
    private boolean used;

    Joiner(Object separator) {
        this.separator = separator;
    }

    @Override
    public Object call(Render render, Args args) {
        if (!used) {
            used = true;
            return "";
        }
        return separator;
    }

    @Override
    public String typeName() {
        return "Joiner";
    }
}
