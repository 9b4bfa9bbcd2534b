package dev.llamero.inference.api;

/** Body of {@code POST /api/copy} (specification 17.5). */
public record CopyRequest(String source, String destination) {
    /** @throws BadJsonException if the body is not such a request */
    public static CopyRequest read(byte[] body) {
        return GoStruct.read(
                body,
                "api.CopyRequest",
                fields -> new CopyRequest(fields.string("source"), fields.string("destination")));
    }
}
