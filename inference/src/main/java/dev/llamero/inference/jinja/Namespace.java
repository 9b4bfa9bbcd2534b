package dev.llamero.inference.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code namespace} object: the one thing whose attributes a template may set. */
final class Namespace {
    private final Map<String, Object> attributes = new LinkedHashMap<>();

    Map<String, Object> attributes() {
        return attributes;
    }
}
