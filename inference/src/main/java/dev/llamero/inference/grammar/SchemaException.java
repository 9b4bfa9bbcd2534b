package dev.llamero.inference.grammar;

/** A schema cannot be turned into a grammar. The message names the place in the schema, the keyword and the reason. */
public final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaException(String place, String problem) {
        super("JSON schema error at " + place + ": " + problem);
    }
}
