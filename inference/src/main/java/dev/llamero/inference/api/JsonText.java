package dev.llamero.inference.api;

import dev.llamero.models.store.GoJson;

/** JSON of the wire, written as Go's encoder does. */
public final class JsonText {
    private JsonText() {}

    /** Maps, collections, strings, numbers, booleans, null, and arrays of int, float and byte (as numbers) to JSON. */
    public static String of(Object value) {
        return GoJson.of(value);
    }
}
