package dev.llamero.inference.api;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What Ollama says of a message's content that it cannot translate, for OpenAI's and Anthropic's messages. */
final class ContentRules {
    /** The type without a name that Ollama reads Anthropic's messages into. */
    static final String ANTHROPIC_MESSAGE =
            "struct { Role string \"json:\\\"role\\\"\"; Content json.RawMessage \"json:\\\"content\\\"\" }";

    private static final String BAD_PART = "invalid message format";
    /** Fields of a block of Anthropic's that are texts. */
    private static final Set<String> BLOCK_TEXTS = Set.of("type", "text", "id", "name", "tool_use_id", "thinking");

    private static final String ANTHROPIC_FIELD = " into Go struct field MessagesRequest.messages";

    private ContentRules() {}

    /** What {@code any} is called that holds this value. */
    static String goType(JsonValue value) {
        return switch (value) {
            case JsonValue.Str text -> "string";
            case JsonValue.Num number -> "float64";
            case JsonValue.Bool bool -> "bool";
            case JsonValue.Obj object -> "map[string]interface {}";
            case JsonValue.Arr list -> "[]interface {}";
            case JsonValue.Null absent -> "<nil>";
        };
    }

    /** The fault of a message of chat completions, or null. */
    static String openAi(JsonValue.Obj message) {
        JsonValue content = field(message, "content").orElse(null);
        return switch (content) {
            case null -> field(message, "tool_calls").isPresent() ? null : "invalid message content type: <nil>";
            case JsonValue.Str text -> null;
            case JsonValue.Arr parts -> parts.items().stream().allMatch(ContentRules::isPart) ? null : BAD_PART;
            default -> "invalid message content type: " + goType(content);
        };
    }

    private static boolean isPart(JsonValue value) {
        if (!(value instanceof JsonValue.Obj part)) {
            return false;
        }
        String type = text(part, "type").orElse("");
        return switch (type) {
            case "text" -> text(part, "text").isPresent();
            case "image_url" ->
                text(part, "image_url").isPresent()
                        || field(part, "image_url")
                                .filter(url -> url instanceof JsonValue.Obj object
                                        && text(object, "url").isPresent())
                                .isPresent();
            // More than Ollama reads: what a model refused to say, in a history that OpenAI's clients keep.
            case "refusal" -> true;
            default -> false;
        };
    }

    /** The fault of a message of Anthropic's, or null. */
    static String anthropic(JsonValue.Obj message) {
        JsonValue role = field(message, "role").orElse(null);
        if (role != null && !(role instanceof JsonValue.Str)) {
            return "json: cannot unmarshal " + role.kind() + ANTHROPIC_FIELD + ".role of type string";
        }
        JsonValue content = field(message, "content").orElse(null);
        return switch (content) {
            case null -> "unexpected end of JSON input";
            case JsonValue.Str text -> null;
            case JsonValue.Arr blocks ->
                blocks.items().stream()
                        .flatMap(block -> blockFault(block).stream())
                        .findFirst()
                        .orElse(null);
            default ->
                "json: cannot unmarshal " + content.kind() + ANTHROPIC_FIELD + " of type []anthropic.ContentBlock";
        };
    }

    private static Optional<String> blockFault(JsonValue value) {
        return switch (value) {
            case JsonValue.Null absent -> Optional.empty();
            case JsonValue.Obj block ->
                block.members().stream()
                        .filter(member -> BLOCK_TEXTS.contains(member.key().toLowerCase(Locale.ROOT))
                                && !(member.value() instanceof JsonValue.Str)
                                && !(member.value() instanceof JsonValue.Null))
                        .findFirst()
                        .map(member ->
                                "json: cannot unmarshal " + member.value().kind() + ANTHROPIC_FIELD + "."
                                        + member.key().toLowerCase(Locale.ROOT) + " of type string");
            default ->
                Optional.of(
                        "json: cannot unmarshal " + value.kind() + ANTHROPIC_FIELD + " of type anthropic.ContentBlock");
        };
    }

    private static Optional<JsonValue> field(JsonValue.Obj object, String name) {
        return object.members().stream()
                .filter(member -> member.key().equalsIgnoreCase(name) && !(member.value() instanceof JsonValue.Null))
                .map(JsonValue.Member::value)
                .reduce((first, second) -> second);
    }

    private static Optional<String> text(JsonValue.Obj object, String name) {
        return field(object, name).filter(JsonValue.Str.class::isInstance).map(value -> ((JsonValue.Str) value).text());
    }
}
