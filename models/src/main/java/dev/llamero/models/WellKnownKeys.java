package dev.llamero.models;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The metadata keys that this module or llama.cpp relies on, and the kind of value each must have. A wrong kind is
 * refused when reading, so that the accessors need not doubt.
 */
final class WellKnownKeys {
    static final String ARCHITECTURE = "general.architecture";
    static final String ALIGNMENT = "general.alignment";
    static final String FILE_TYPE = "general.file_type";
    static final String CHAT_TEMPLATE = "tokenizer.chat_template";
    static final String SPLIT_NO = "split.no";
    static final String SPLIT_COUNT = "split.count";
    static final String SPLIT_TENSORS = "split.tensors.count";

    static final int ALIGNMENT_DEFAULT = 32;
    private static final int ALIGNMENT_MIN = 8;
    private static final int ALIGNMENT_MAX = 1 << 20;

    private enum Kind {
        TEXT("a string"),
        WHOLE("a whole number"),
        WHOLE_OR_PER_LAYER("a whole number or an array of them"),
        REAL("a floating-point number"),
        FLAG("true or false"),
        TEXTS("an array of strings"),
        WHOLES("an array of whole numbers"),
        REALS("an array of floating-point numbers");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        boolean fits(GgufValue value) {
            return switch (this) {
                case TEXT -> value instanceof GgufValue.Text;
                case WHOLE -> isCount(value);
                case WHOLE_OR_PER_LAYER -> isCount(value) || WHOLES.fits(value);
                case REAL -> value instanceof GgufValue.Real;
                case FLAG -> value instanceof GgufValue.Flag;
                case TEXTS -> value instanceof GgufValue.Array array && array.elementType() == GgufType.STRING;
                case WHOLES ->
                    value instanceof GgufValue.Array array
                            && array.elementType().isWhole();
                case REALS ->
                    value instanceof GgufValue.Array array
                            && array.elementType().isReal();
            };
        }

        private static boolean isCount(GgufValue value) {
            return value instanceof GgufValue.Whole whole && whole.value() >= 0;
        }
    }

    private static final Map<String, Kind> GENERAL = general();
    /** Keys that begin with the architecture's name and a dot. */
    private static final Map<String, Kind> PER_ARCHITECTURE = perArchitecture();

    private WellKnownKeys() {}

    private static Map<String, Kind> general() {
        var kinds = new HashMap<String, Kind>();
        List.of(ARCHITECTURE, "general.name", "general.basename", "general.size_label", CHAT_TEMPLATE)
                .forEach(key -> kinds.put(key, Kind.TEXT));
        List.of("tokenizer.ggml.model", "tokenizer.ggml.pre").forEach(key -> kinds.put(key, Kind.TEXT));
        List.of(FILE_TYPE, "general.quantization_version", SPLIT_NO, SPLIT_COUNT, SPLIT_TENSORS)
                .forEach(key -> kinds.put(key, Kind.WHOLE));
        List.of("bos", "eos", "unknown", "padding")
                .forEach(token -> kinds.put("tokenizer.ggml." + token + "_token_id", Kind.WHOLE));
        List.of("bos", "eos").forEach(token -> kinds.put("tokenizer.ggml.add_" + token + "_token", Kind.FLAG));
        kinds.put("tokenizer.ggml.tokens", Kind.TEXTS);
        kinds.put("tokenizer.ggml.merges", Kind.TEXTS);
        kinds.put("tokenizer.ggml.token_type", Kind.WHOLES);
        kinds.put("tokenizer.ggml.scores", Kind.REALS);
        return Map.copyOf(kinds);
    }

    private static Map<String, Kind> perArchitecture() {
        var kinds = new HashMap<String, Kind>();
        List.of(
                        "context_length",
                        "embedding_length",
                        "block_count",
                        "vocab_size",
                        "expert_count",
                        "expert_used_count",
                        "attention.key_length",
                        "attention.value_length")
                .forEach(key -> kinds.put(key, Kind.WHOLE));
        List.of("feed_forward_length", "attention.head_count", "attention.head_count_kv")
                .forEach(key -> kinds.put(key, Kind.WHOLE_OR_PER_LAYER));
        kinds.put("rope.freq_base", Kind.REAL);
        return Map.copyOf(kinds);
    }

    static int alignment(Map<String, GgufValue> metadata, HeaderInput in) throws GgufException {
        GgufValue value = metadata.get(ALIGNMENT);
        if (value == null) {
            return ALIGNMENT_DEFAULT;
        }
        if (!(value instanceof GgufValue.Whole whole) || whole.type() != GgufType.UINT32) {
            throw in.fault(ALIGNMENT + " is " + value.type() + ", it must be UINT32");
        }
        long alignment = whole.value();
        if (Long.bitCount(alignment) != 1 || alignment < ALIGNMENT_MIN || alignment > ALIGNMENT_MAX) {
            throw in.fault(ALIGNMENT + " is " + alignment + ", it must be a power of two from " + ALIGNMENT_MIN + " to "
                    + ALIGNMENT_MAX);
        }
        return (int) alignment;
    }

    static void check(Map<String, GgufValue> metadata, HeaderInput in) throws GgufException {
        for (var entry : GENERAL.entrySet()) {
            check(metadata, entry.getKey(), entry.getValue(), in);
        }
        if (metadata.get(ARCHITECTURE) instanceof GgufValue.Text architecture) {
            for (var entry : PER_ARCHITECTURE.entrySet()) {
                check(metadata, architecture.value() + "." + entry.getKey(), entry.getValue(), in);
            }
        }
    }

    private static void check(Map<String, GgufValue> metadata, String key, Kind kind, HeaderInput in)
            throws GgufException {
        GgufValue value = metadata.get(key);
        if (value != null && !kind.fits(value)) {
            throw in.fault("metadata key " + GgufException.quoted(key) + " is " + describe(value) + ", it must be "
                    + kind.words);
        }
    }

    private static String describe(GgufValue value) {
        return switch (value) {
            case GgufValue.Array array -> "an array of " + array.elementType();
            case GgufValue.Whole whole when whole.value() < 0 -> "the number " + whole.plain();
            case GgufValue.Whole whole -> whole.type().toString();
            case GgufValue.Real real -> real.type().toString();
            case GgufValue.Flag flag -> flag.type().toString();
            case GgufValue.Text text -> text.type().toString();
        };
    }
}
