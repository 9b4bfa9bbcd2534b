package dev.llamero.inference.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model's name in its four parts (specification 16). Immutable; always valid, so that no part can leave a folder.
 */
public record ModelName(String host, String namespace, String model, String tag) {
    private static final String DEFAULT_HOST = "registry.ollama.ai";
    private static final String DEFAULT_NAMESPACE = "library";
    private static final String DEFAULT_TAG = "latest";
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}");
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,79}");
    private static final Pattern MODEL_OR_TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}");

    /** Reads {@code [scheme://][host/][namespace/]model[:tag]}; empty if it is not a name. */
    public static Optional<ModelName> parse(String text) {
        String rest = text.strip();
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            rest = rest.substring(scheme + 3);
        }
        String tag = DEFAULT_TAG;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        String[] parts = rest.split("/", 3);
        if (parts.length == 3 && parts[2].contains("/")) {
            return Optional.empty();
        }
        String host = parts.length == 3 ? parts[0] : DEFAULT_HOST;
        String namespace = parts.length == 1 ? DEFAULT_NAMESPACE : parts[parts.length - 2];
        return of(host, namespace, parts[parts.length - 1], tag);
    }

    /** A name from its parts; empty if one is not allowed. */
    static Optional<ModelName> of(String host, String namespace, String model, String tag) {
        boolean valid = HOST.matcher(host).matches()
                && NAMESPACE.matcher(namespace).matches()
                && MODEL_OR_TAG.matcher(model).matches()
                && MODEL_OR_TAG.matcher(tag).matches();
        return valid ? Optional.of(new ModelName(host, namespace, model, tag)) : Optional.empty();
    }

    /** A name in the library, under the tag {@code latest}; empty if it is not allowed. */
    static Optional<ModelName> inLibrary(String model) {
        return of(DEFAULT_HOST, DEFAULT_NAMESPACE, model, DEFAULT_TAG);
    }

    /** Whether the names differ at most in case. */
    public boolean sameAs(ModelName other) {
        return full().equalsIgnoreCase(other.full());
    }

    /** The shortest name that means this model, always with its tag. */
    public String display() {
        boolean library = host.equalsIgnoreCase(DEFAULT_HOST);
        String prefix = library ? "" : host + "/";
        if (!library || !namespace.equalsIgnoreCase(DEFAULT_NAMESPACE)) {
            prefix += namespace + "/";
        }
        return prefix + model + ":" + tag;
    }

    /** All four parts. */
    public String full() {
        return host + "/" + namespace + "/" + model + ":" + tag;
    }
}
