package dev.llamero.inference.jinja;

/**
 * A method taken from its object without calling it yet.
 *
 * @param receiver the object
 * @param name the method
 */
record BoundMethod(Object receiver, String name) implements Callable {
    @Override
    public Object call(Render render, Args args) {
        return Attributes.invoke(render, receiver, name, args);
    }

    @Override
    public String repr() {
        return "<built-in method " + name + " of " + PythonText.typeName(receiver) + " object>";
    }

    @Override
    public String typeName() {
        return "builtin_function_or_method";
    }
}
