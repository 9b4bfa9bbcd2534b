package dev.llamero.models.store;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One entry of a manifest: a blob and what it is. Immutable.
 *
 * @param size bytes of the blob
 * @param from the model it was taken over from; "" if none
 * @param name of a tensor or file in a safetensors model; "" otherwise
 */
public record Layer(String mediaType, Digest digest, long size, String from, String name) {
    private static final String IMAGE = "application/vnd.ollama.image.";
    public static final String CONFIG = "application/vnd.docker.container.image.v1+json";
    public static final String MODEL = IMAGE + "model";
    public static final String PROJECTOR = IMAGE + "projector";
    public static final String ADAPTER = IMAGE + "adapter";
    public static final String TEMPLATE = IMAGE + "template";
    /** Old name of {@link #TEMPLATE}. */
    public static final String PROMPT = IMAGE + "prompt";

    public static final String SYSTEM = IMAGE + "system";
    public static final String PARAMETERS = IMAGE + "params";
    public static final String MESSAGES = IMAGE + "messages";
    public static final String LICENSE = IMAGE + "license";
    public static final String DRAFT = IMAGE + "draft";
    public static final String TENSOR = IMAGE + "tensor";
    public static final String JSON = IMAGE + "json";

    /** A layer that comes from nowhere else. */
    public Layer(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, "", "");
    }

    /** The same layer, taken over from a model of this name. */
    public Layer takenFrom(String model) {
        return new Layer(mediaType, digest, size, model, name);
    }

    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("mediaType", mediaType);
        object.put("digest", digest.toString());
        object.put("size", size);
        if (!from.isEmpty()) {
            object.put("from", from);
        }
        if (!name.isEmpty()) {
            object.put("name", name);
        }
        return object;
    }
}
