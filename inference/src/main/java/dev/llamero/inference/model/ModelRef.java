package dev.llamero.inference.model;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.JsonText;
import java.util.Locale;

/**
 * The model string of a request after its source suffix was read (specification 3, step 4).
 *
 * @param name what is left of the string
 * @param cloud whether a cloud model was asked for, which this server has not
 */
record ModelRef(String name, boolean cloud) {
    static ModelRef parse(String raw) {
        String text = raw.strip();
        int colon = text.lastIndexOf(':');
        String last = colon < 0 ? "" : text.substring(colon + 1).toLowerCase(Locale.ROOT);
        if (last.equals("local") || last.equals("cloud")) {
            String rest = text.substring(0, colon);
            int inner = rest.lastIndexOf(':');
            String before = inner < 0 ? "" : rest.substring(inner + 1).toLowerCase(Locale.ROOT);
            if (before.equals("local") || before.equals("cloud")) {
                throw ApiException.badRequest("use either :local or :cloud, not both: " + JsonText.of(raw));
            }
            return new ModelRef(rest, last.equals("cloud"));
        }
        return new ModelRef(text, last.endsWith("-cloud"));
    }
}
