package dev.llamero.dialects;

/**
 * An error as a caller shall see it, before it is put in the caller's dialect.
 *
 * @param status of HTTP, where it can still be sent
 * @param message one sentence for a person
 * @param field of the request that it is about; null if none
 * @param code a word that programs can compare; null if none
 */
public record Failure(int status, String message, String field, String code) {
    /** What a failed translation, or an error of the model server, is for the caller. */
    public static Failure of(DialectError error) {
        return switch (error) {
            case DialectError.BadJson bad -> new Failure(400, bad.message(), null, null);
            case DialectError.BadField bad -> new Failure(400, bad.message(), bad.field(), null);
            case DialectError.Refused refused ->
                new Failure(refused.status(), refused.message(), null, OpenAiErrors.code(refused));
            case DialectError.Garbled garbled -> new Failure(502, garbled.message(), null, "bad_upstream_answer");
        };
    }
}
