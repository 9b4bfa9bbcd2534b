package dev.llamero.inference.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.api.JsonTree;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands between the marks of a call, in any of the forms that families of models write: its first characters tell
 * which.
 */
final class CallBody {
    private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Takes a text only if one value is all of it. */
    private static final JsonMapper WHOLE = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();

    private static final List<String> NAMES = List.of("name", "tool_name", "function");
    private static final List<String> ARGUMENTS = List.of("arguments", "parameters", "args");
    private static final Pattern NAME = Pattern.compile("[\\w.:/-]{1,256}");
    /** A name, and what Mistral may put between it and the arguments. */
    private static final Pattern NAMED =
            Pattern.compile("\\s*([\\w.:/-]{1,256})\\s*(?:\\[CALL_ID]\\s*[\\w-]{0,64}\\s*)?(?:\\[ARGS]\\s*)?(?=\\{)");

    private CallBody() {}

    /** The calls in a body; empty if it is none. */
    static List<ToolCall> parse(String body, ToolTypes tools) {
        String text = body.strip();
        if (text.startsWith("[")) {
            List<ToolCall> listed = listed(text, tools);
            return listed.isEmpty() ? PythonCalls.parse(text, tools) : listed;
        }
        if (text.startsWith("{")) {
            return objects(text, tools);
        }
        if (text.startsWith("<function=") || text.startsWith("<invoke ")) {
            return TaggedCalls.functions(text, tools);
        }
        if (text.startsWith("call:")) {
            return TaggedCalls.escaped(text, tools);
        }
        for (String separator : List.of("<｜tool▁sep｜>", "<|tool_call_argument_begin|>")) {
            int at = text.indexOf(separator);
            if (at >= 0) {
                return separated(text.substring(0, at), text.substring(at + separator.length()), tools);
            }
        }
        if (text.contains("<arg_key>") || NAME.matcher(text).matches() && tools.has(text)) {
            return TaggedCalls.keysAndValues(text, tools);
        }
        Matcher named = NAMED.matcher(text);
        if (named.lookingAt()) {
            return call(tools.known(named.group(1)), text.substring(named.end()));
        }
        return PythonCalls.parse(text, tools);
    }

    private static List<ToolCall> listed(String text, ToolTypes tools) {
        JsonNode list = node(text);
        var calls = new ArrayList<ToolCall>();
        if (list != null && list.isArray()) {
            for (JsonNode item : list) {
                Optional<ToolCall> call = call(item, tools);
                if (call.isEmpty()) {
                    return List.of();
                }
                calls.add(call.get());
            }
        }
        return calls;
    }

    /** One object, or several with space or a semicolon between them. */
    private static List<ToolCall> objects(String text, ToolTypes tools) {
        var calls = new ArrayList<ToolCall>();
        JsonNode whole = node(text);
        if (whole != null) {
            call(whole, tools).ifPresent(calls::add);
            return calls;
        }
        try (MappingIterator<JsonNode> nodes =
                JSON.readerFor(JsonNode.class).readValues(text.replaceAll("}\\s*;\\s*\\{", "}\n{"))) {
            while (nodes.hasNextValue()) {
                Optional<ToolCall> call = call(nodes.nextValue(), tools);
                if (call.isEmpty()) {
                    return List.of();
                }
                calls.add(call.get());
            }
            return calls;
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A name, or a type with a name and a block of JSON behind it. */
    private static List<ToolCall> separated(String before, String after, ToolTypes tools) {
        int block = after.indexOf("```json");
        int end = after.lastIndexOf("```");
        if (block >= 0 && end > block) {
            return call(
                    tools.known(after.substring(0, block).strip()), after.substring(block + "```json".length(), end));
        }
        String name = before.strip();
        name = name.startsWith("functions.") ? name.substring("functions.".length()) : name;
        int number = name.lastIndexOf(':');
        return call(tools.known(number < 0 ? name : name.substring(0, number)), after);
    }

    private static List<ToolCall> call(String name, String arguments) {
        return NAME.matcher(name).matches()
                ? arguments(arguments)
                        .map(values -> List.of(new ToolCall(newId(), name, values)))
                        .orElse(List.of())
                : List.of();
    }

    /** A call written as one object. */
    static Optional<ToolCall> call(JsonNode object, ToolTypes tools) {
        String name = "";
        for (String key : NAMES) {
            JsonNode value = object.path(key);
            if (key.equals("function") && value.isObject()) {
                return call(value, tools);
            }
            name = name.isEmpty() ? value.asText("") : name;
        }
        JsonNode arguments = null;
        for (String key : ARGUMENTS) {
            arguments = arguments == null ? object.get(key) : arguments;
        }
        if (arguments != null && arguments.isTextual()) {
            arguments = arguments.textValue().isBlank() ? null : node(arguments.textValue());
            if (arguments == null && !object.path("arguments").asText("").isBlank()) {
                return Optional.empty();
            }
        }
        boolean valid = !name.isEmpty() && (arguments == null || arguments.isNull() || arguments.isObject());
        return valid ? Optional.of(new ToolCall(newId(), tools.known(name), map(arguments))) : Optional.empty();
    }

    /** Arguments as an object; none of them for an empty text; empty if the text is no object. */
    static Optional<Map<String, Object>> arguments(String text) {
        if (text.isBlank()) {
            return Optional.of(Map.of());
        }
        JsonNode node = node(text);
        return node != null && node.isObject() ? Optional.of(map(node)) : Optional.empty();
    }

    /** Any JSON value; empty if the text is none. */
    static Optional<Object> json(String text) {
        JsonNode node = node(text);
        return node == null || node.isMissingNode() ? Optional.empty() : Optional.ofNullable(JsonTree.plain(node));
    }

    private static JsonNode node(String text) {
        try {
            return WHOLE.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static Map<String, Object> map(JsonNode arguments) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (arguments != null) {
            arguments.properties().forEach(entry -> map.put(entry.getKey(), JsonTree.plain(entry.getValue())));
        }
        return map;
    }

    static String newId() {
        var id = new StringBuilder("call_");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_LETTERS.charAt(RANDOM.nextInt(ID_LETTERS.length())));
        }
        return id.toString();
    }
}
