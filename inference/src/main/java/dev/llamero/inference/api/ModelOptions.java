package dev.llamero.inference.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options of one request after the merge: defaults, then the model's stored parameters, then the request's
 * (specification 8).
 *
 * <p>Immutable. Values of a wrong type are refused with status 500, as Ollama does; unknown names and nulls are
 * ignored.
 */
public final class ModelOptions {
    /** What a value of an option is. */
    public enum Type {
        INTEGER("integer"),
        FLOAT("float32"),
        BOOLEAN("boolean"),
        STRING("string"),
        ARRAY("array");

        private final String shown;

        Type(String shown) {
            this.shown = shown;
        }
    }

    private static final System.Logger LOG = System.getLogger(ModelOptions.class.getName());
    private static final int NAME_SHOWN_MAX = 64;
    private static final Map<String, Type> TYPES = types();

    private final Map<String, Object> values;

    private ModelOptions(Map<String, Object> values) {
        this.values = Map.copyOf(values);
    }

    /** The type of an option; empty if there is none of this name. */
    public static Optional<Type> type(String name) {
        return Optional.ofNullable(TYPES.get(name));
    }

    /**
     * Merges layers of options, later ones over earlier ones.
     *
     * @throws ApiException with status 500 for a value of a wrong type
     */
    @SafeVarargs
    public static ModelOptions merge(Map<String, Object>... layers) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (var layer : layers) {
            layer.forEach((name, value) -> {
                Type type = TYPES.get(name);
                if (type != null && value != null) {
                    values.put(name, checked(name, type, value));
                } else if (type == null) {
                    LOG.log(System.Logger.Level.WARNING, "option {0} is not known and has no effect", shown(name));
                }
            });
        }
        return new ModelOptions(values);
    }

    /** A name as it can stand in a log. */
    private static String shown(String name) {
        return JsonText.of(name.length() > NAME_SHOWN_MAX ? name.substring(0, NAME_SHOWN_MAX) + "..." : name);
    }

    private static Map<String, Type> types() {
        Map<String, Type> types = new LinkedHashMap<>();
        for (String name : List.of(
                "num_ctx",
                "num_batch",
                "num_gpu",
                "main_gpu",
                "num_thread",
                "draft_num_predict",
                "num_keep",
                "seed",
                "num_predict",
                "top_k",
                "repeat_last_n")) {
            types.put(name, Type.INTEGER);
        }
        for (String name : List.of(
                "top_p",
                "min_p",
                "typical_p",
                "temperature",
                "repeat_penalty",
                "presence_penalty",
                "frequency_penalty")) {
            types.put(name, Type.FLOAT);
        }
        types.put("use_mmap", Type.BOOLEAN);
        types.put("draft_model", Type.STRING);
        types.put("stop", Type.ARRAY);
        return types;
    }

    private static Object checked(String name, Type type, Object value) {
        return switch (type) {
            case INTEGER -> value instanceof Number number ? (Object) truncated(number) : wrong(name, type);
            case FLOAT -> value instanceof Number number ? (Object) number.floatValue() : wrong(name, type);
            case BOOLEAN -> value instanceof Boolean ? value : wrong(name, type);
            case STRING -> value instanceof String ? value : wrong(name, type);
            case ARRAY -> value instanceof List<?> list ? strings(name, list) : wrong(name, type);
        };
    }

    /** Go cuts the fraction off. */
    private static int truncated(Number number) {
        return Math.clamp(number.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static List<String> strings(String name, List<?> list) {
        var strings = new ArrayList<String>(list.size());
        for (Object item : list) {
            if (!(item instanceof String text)) {
                throw new ApiException(500, "option \"" + name + "\" must be of an array of strings");
            }
            strings.add(text);
        }
        return List.copyOf(strings);
    }

    private static Object wrong(String name, Type type) {
        throw new ApiException(500, "option \"" + name + "\" must be of type " + type.shown);
    }

    /** A whole number, or the fallback if no layer gives it. */
    public int integer(String name, int fallback) {
        return values.get(name) instanceof Integer number ? number : fallback;
    }

    /** A whole number, or null if no layer gives it. */
    public Integer integerOrNull(String name) {
        return (Integer) values.get(name);
    }

    public float real(String name, float fallback) {
        return values.get(name) instanceof Float number ? number : fallback;
    }

    /** Text, or null if no layer gives it. */
    public String text(String name) {
        return (String) values.get(name);
    }

    /** True, false, or null if no layer says. */
    public Boolean flag(String name) {
        return (Boolean) values.get(name);
    }

    /** Stop strings; empty ones are left out, since Ollama's end an answer at once by accident. */
    public List<String> stops() {
        return values.get("stop") instanceof List<?> list
                ? list.stream()
                        .map(String.class::cast)
                        .filter(stop -> !stop.isEmpty())
                        .toList()
                : List.of();
    }
}
