package dev.llamero.inference.api;

import java.util.List;

/**
 * Body of {@code POST /api/generate} (specification 5.1).
 *
 * @param system null if absent
 * @param template Go template; null if absent
 * @param context tokens of an earlier exchange; null if absent
 */
public record GenerateRequest(
        String model,
        String prompt,
        String suffix,
        String system,
        String template,
        int[] context,
        boolean raw,
        List<byte[]> images,
        RunRequest run) {

    /** @throws BadJsonException if the body is not such a request */
    public static GenerateRequest read(byte[] body) {
        return GoStruct.read(
                body,
                "api.GenerateRequest",
                fields -> new GenerateRequest(
                        fields.string("model"),
                        fields.string("prompt"),
                        fields.string("suffix"),
                        emptyToNull(fields.string("system")),
                        emptyToNull(fields.string("template")),
                        fields.integers("context"),
                        fields.bool("raw", false),
                        fields.images("images"),
                        RunRequest.read(fields)));
    }

    private static String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
