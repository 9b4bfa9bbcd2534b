package dev.llamero.inference.model;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.GoText;
import java.util.Locale;

/**
 * The model string of a request, without spaces around it, after its source suffix was read (specification 3, step 4).
 *
 * @param base what is left of the string
 * @param cloud whether a cloud model was asked for, which this server has not
 */
record ModelRef(String base, boolean cloud) {
    /** @throws ApiException if two suffixes contradict each other */
    static ModelRef parse(String raw) {
        String text = GoText.trimmed(raw);
        ModelRef ref = suffixed(text);
        if (ref == null) {
            return new ModelRef(text, false);
        }
        if (suffixed(ref.base) != null) {
            throw ApiException.badRequest("use either :local or :cloud, not both: " + GoText.quoted(text));
        }
        return ref;
    }

    /** What a suffix says; null if there is none. */
    private static ModelRef suffixed(String text) {
        int colon = text.lastIndexOf(':');
        String typed = colon < 0 ? "" : GoText.trimmed(text.substring(colon + 1));
        String suffix = typed.toLowerCase(Locale.ROOT);
        if (suffix.equals("local") || suffix.equals("cloud")) {
            return new ModelRef(text.substring(0, colon), suffix.equals("cloud"));
        }
        boolean legacy = suffix.endsWith("-cloud") && suffix.indexOf('/') < 0;
        String tag = legacy ? typed.substring(0, typed.length() - "-cloud".length()) : "";
        return legacy ? new ModelRef(text.substring(0, colon + 1) + tag, true) : null;
    }

    /** The name under which pulled cloud models lie in a store, which pull and delete mean. */
    String inStore() {
        boolean tagged = base.lastIndexOf(':') > base.lastIndexOf('/');
        return cloud ? base + (tagged ? "-cloud" : ":cloud") : base;
    }
}
