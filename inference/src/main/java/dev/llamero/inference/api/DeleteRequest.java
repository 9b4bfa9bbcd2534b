package dev.llamero.inference.api;

/**
 * Body of {@code DELETE /api/delete} (specification 17.6).
 *
 * @param model from {@code model}, else from {@code name}
 */
public record DeleteRequest(String model) {
    /** @throws BadJsonException if the body is not such a request */
    public static DeleteRequest read(byte[] body) {
        return GoStruct.read(body, "api.DeleteRequest", fields -> {
            String model = fields.string("model");
            String name = fields.string("name");
            return new DeleteRequest(model.isEmpty() ? name : model);
        });
    }
}
