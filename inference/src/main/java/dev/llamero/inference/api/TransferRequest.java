package dev.llamero.inference.api;

/**
 * Body of {@code POST /api/pull} and {@code /api/push} (specification 17.1). User and password in it are ignored, as
 * Ollama does.
 *
 * @param model from {@code model}, else from {@code name}
 * @param insecure whether the registry is spoken to without encryption
 */
public record TransferRequest(String model, boolean insecure, boolean stream) {
    /** @throws BadJsonException if the body is not such a request */
    public static TransferRequest readPull(byte[] body) {
        return GoStruct.read(body, "api.PullRequest", TransferRequest::of);
    }

    /** @throws BadJsonException if the body is not such a request */
    public static TransferRequest readPush(byte[] body) {
        return GoStruct.read(body, "api.PushRequest", TransferRequest::of);
    }

    private static TransferRequest of(GoStruct fields) {
        String model = fields.string("model");
        String name = fields.string("name");
        // These have no effect, but must be texts.
        fields.string("username");
        fields.string("password");
        return new TransferRequest(
                model.isEmpty() ? name : model, fields.bool("insecure", false), fields.bool("stream", true));
    }
}
