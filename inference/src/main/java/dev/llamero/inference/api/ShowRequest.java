package dev.llamero.inference.api;

import java.util.Map;

/**
 * Body of {@code POST /api/show} (specification 15.3).
 *
 * @param model from {@code model}, else from {@code name}
 * @param system replaces the system text in the reply; null if absent
 * @param options added to the parameters in the reply
 */
public record ShowRequest(String model, boolean verbose, String system, Map<String, Object> options) {
    /** @throws BadJsonException if the body is not such a request */
    public static ShowRequest read(byte[] body) {
        return GoStruct.read(body, "api.ShowRequest", fields -> {
            String model = fields.string("model");
            String name = fields.string("name");
            String system = fields.string("system");
            // Has no effect, but must be a text.
            fields.string("template");
            Map<String, Object> options = fields.map("options");
            return new ShowRequest(
                    model.isEmpty() ? name : model,
                    fields.bool("verbose", false),
                    system.isEmpty() ? null : system,
                    options == null ? Map.of() : options);
        });
    }
}
