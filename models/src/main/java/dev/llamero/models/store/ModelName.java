package dev.llamero.models.store;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model's name in its parts (specification 16.1). Immutable; always valid, so that no part can leave a folder.
 *
 * @param scheme of its registry's address; no part of the name otherwise
 * @param host of its registry, with the port if it has one
 */
public record ModelName(String scheme, String host, String namespace, String model, String tag) {
    private static final String DEFAULT_SCHEME = "https";
    private static final String DEFAULT_HOST = "registry.ollama.ai";
    private static final String DEFAULT_NAMESPACE = "library";
    private static final String DEFAULT_TAG = "latest";
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}");
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,79}");
    private static final Pattern MODEL_OR_TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}");

    /** Reads {@code [[scheme://]host/][namespace/]model[:tag]}; empty if it is not a name. */
    public static Optional<ModelName> parse(String text) {
        String rest = text;
        String tag = DEFAULT_TAG;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        int slash = rest.lastIndexOf('/');
        String model = rest.substring(slash + 1);
        if (slash < 0) {
            return of(DEFAULT_HOST, DEFAULT_NAMESPACE, model, tag);
        }
        rest = rest.substring(0, slash);
        slash = rest.lastIndexOf('/');
        String namespace = rest.substring(slash + 1);
        if (slash < 0) {
            return of(DEFAULT_HOST, namespace, model, tag);
        }
        String host = rest.substring(0, slash);
        int colons = host.indexOf("://");
        String scheme = colons < 0 ? DEFAULT_SCHEME : host.substring(0, colons);
        return of(host.substring(colons < 0 ? 0 : colons + 3), namespace, model, tag)
                .map(name -> name.withScheme(scheme));
    }

    /** A name from its parts; empty if one is not allowed. */
    public static Optional<ModelName> of(String host, String namespace, String model, String tag) {
        boolean valid = HOST.matcher(host).matches()
                && NAMESPACE.matcher(namespace).matches()
                && MODEL_OR_TAG.matcher(model).matches()
                && MODEL_OR_TAG.matcher(tag).matches();
        return valid ? Optional.of(new ModelName(DEFAULT_SCHEME, host, namespace, model, tag)) : Optional.empty();
    }

    /** A name in the library, under the tag {@code latest}; empty if it is not allowed. */
    public static Optional<ModelName> inLibrary(String model) {
        return of(DEFAULT_HOST, DEFAULT_NAMESPACE, model, DEFAULT_TAG);
    }

    private ModelName withScheme(String other) {
        return new ModelName(other, host, namespace, model, tag);
    }

    /** Whether the names differ at most in case, whatever the scheme. */
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

    /** Host, namespace, model and tag. */
    public String full() {
        return host + "/" + namespace + "/" + model + ":" + tag;
    }

    /** This name with each part as another one spells it, if they differ only in case there. */
    ModelName spelledAs(ModelName other) {
        return new ModelName(
                scheme,
                spelled(host, other.host),
                spelled(namespace, other.namespace),
                spelled(model, other.model),
                spelled(tag, other.tag));
    }

    private static String spelled(String own, String other) {
        return own.equalsIgnoreCase(other) ? other : own;
    }
}
