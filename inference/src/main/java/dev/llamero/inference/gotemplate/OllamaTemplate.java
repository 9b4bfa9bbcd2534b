package dev.llamero.inference.gotemplate;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * A model's Go template, rendered as Ollama renders it (specification 5.3 and 6.2). Immutable; any thread. Rendering is
 * bounded in steps, depth and length of the text.
 */
public final class OllamaTemplate {
    /**
     * A message.
     *
     * @param thinking "" if none
     * @param toolName "" if none
     * @param toolCallId "" if none
     */
    public record Message(
            String role,
            String content,
            String thinking,
            List<byte[]> images,
            List<Call> toolCalls,
            String toolName,
            String toolCallId) {

        private Message withContent(String text) {
            return new Message(role, text, thinking, images, toolCalls, toolName, toolCallId);
        }
    }

    /**
     * A tool call in a message.
     *
     * @param arguments values as JSON gives them; null if the call has none
     */
    public record Call(String id, int index, String name, Map<String, Object> arguments) {}

    /**
     * What is to be rendered.
     *
     * @param tools each as in a request, reduced to the keys that Ollama keeps; null if there are none
     * @param prompt used only together with a suffix; else ""
     * @param suffix what the model is to fill in before; else ""
     * @param thinkLevel "" if none was named
     * @param thinkIsSet whether the request said anything about thinking
     */
    public record Input(
            List<Message> messages,
            List<Map<String, Object>> tools,
            String prompt,
            String suffix,
            boolean think,
            String thinkLevel,
            boolean thinkIsSet) {}

    /** Texts around thinking; each "" if the template does not show it. */
    public record ThinkingTags(String open, String close) {
        /** Whether thinking can be told from content. */
        public boolean areKnown() {
            return !open.isEmpty() && !close.isEmpty();
        }
    }

    private final String source;
    private final String bytes;
    private final Map<String, Tree> trees;
    private final SortedSet<String> names;

    private OllamaTemplate(String source, String bytes, Map<String, Tree> trees, SortedSet<String> names) {
        this.source = source;
        this.bytes = bytes;
        this.trees = trees;
        this.names = names;
    }

    /**
     * Parses a template; one that mentions neither messages nor a response gets its response at the end.
     *
     * @throws GoTemplateException with Go's words if it is not valid
     */
    public static OllamaTemplate parse(String source) {
        try {
            String bytes = GoString.of(source);
            var trees = new HashMap<>(Parser.parse(bytes));
            SortedSet<String> names = TemplateShape.names(trees.values());
            if (!names.contains("messages") && !names.contains("response")) {
                Tree main = trees.get("");
                var nodes = new ArrayList<>(main.body().nodes());
                var response = new Node.Field(0, List.of("Response"));
                var command = new Node.Command(0, List.of(response));
                nodes.add(new Node.Action(0, new Node.Pipe(0, false, List.of(), List.of(command))));
                trees.put("", main.with(List.copyOf(nodes)));
            }
            return new OllamaTemplate(source, bytes, Map.copyOf(trees), TemplateShape.names(trees.values()));
        } catch (StackOverflowError e) {
            throw new GoTemplateException("template: nested too deep");
        }
    }

    /**
     * Names of all fields and variables that it mentions, in lower case and sorted; variables with their dollar sign.
     */
    public SortedSet<String> vars() {
        return java.util.Collections.unmodifiableSortedSet(names);
    }

    /** The template as it was given. */
    public String source() {
        return source;
    }

    /** Whether it shows tools to the model. */
    public boolean usesTools() {
        return names.contains("tools");
    }

    /** Whether it can fill in before a suffix. */
    public boolean usesSuffix() {
        return names.contains("suffix");
    }

    /** Whether a model with it can think: texts are known around its thinking. */
    public boolean usesThinking() {
        return thinkingTags().areKnown();
    }

    /** Whether it shows earlier tool calls and their results to the model as well. */
    public boolean showsToolRoundTrip() {
        return usesTools()
                && names.contains("toolcalls")
                && (source.contains("eq .Role \"tool\"")
                        || source.contains("tool_response")
                        || source.contains("TOOL_RESULTS"));
    }

    /** Texts around thinking (specification 10.3). */
    public ThinkingTags thinkingTags() {
        return TemplateShape.thinkingTags(trees.get(""));
    }

    /** Text with which the model begins a tool call; "{" if the template does not say (specification 11.4). */
    public String toolTag() {
        return TemplateShape.toolTag(trees.get(""));
    }

    /**
     * The prompt for an input, today.
     *
     * @throws GoTemplateException with Go's words if the template cannot be executed over it
     */
    public String render(Input input) {
        return render(input, LocalDate.now(ZoneId.systemDefault()));
    }

    /** The same on a given day. */
    public String render(Input input, LocalDate today) {
        try {
            return GoString.text(renderBytes(input, new Program(bytes, trees, true, today)));
        } catch (StackOverflowError e) {
            throw new GoTemplateException("template: nested too deep");
        }
    }

    private StringBuilder renderBytes(Input input, Program program) {
        var out = new StringBuilder();
        var budget = new Budget();
        if (!input.prompt().isEmpty() && !input.suffix().isEmpty()) {
            Map<String, GoValue> data = flags(input);
            data.put("Prompt", GoValue.ofText(input.prompt()));
            data.put("Suffix", GoValue.ofText(input.suffix()));
            Executor.run(program, budget, dataOf(data), out);
            return out;
        }
        List<Message> messages = collate(input.messages());
        if (names.contains("messages")) {
            Map<String, GoValue> data = flags(input);
            data.put("System", GoValue.ofText(systemText(input.messages())));
            data.put("Messages", OllamaValues.messages(messages));
            data.put("Tools", OllamaValues.tools(input.tools()));
            Executor.run(program, budget, dataOf(data), out);
            return out;
        }
        new Turns(input, program, budget, out).render(messages);
        return out;
    }

    private static Map<String, GoValue> flags(Input input) {
        var data = new TreeMap<String, GoValue>();
        data.put("Response", GoValue.ofText(""));
        data.put("Think", GoValue.of(input.think()));
        data.put("ThinkLevel", GoValue.ofText(input.thinkLevel()));
        data.put("IsThinkSet", GoValue.of(input.thinkIsSet()));
        return data;
    }

    private static GoValue dataOf(Map<String, GoValue> values) {
        var data = new TreeMap<String, GoValue>();
        values.forEach((key, value) -> data.put(key, value.boxed()));
        return new GoValue(GoType.ANY_MAP, data);
    }

    private static String systemText(List<Message> messages) {
        return String.join(
                "\n\n",
                messages.stream()
                        .filter(message -> message.role().equals("system"))
                        .map(Message::content)
                        .toList());
    }

    /** Puts messages of one role that follow one another together, except those of tools. */
    private static List<Message> collate(List<Message> messages) {
        var collated = new ArrayList<Message>();
        for (Message message : messages) {
            boolean joins = !collated.isEmpty()
                    && collated.getLast().role().equals(message.role())
                    && !message.role().equals("tool");
            if (joins) {
                Message last = collated.removeLast();
                collated.add(last.withContent(last.content() + "\n\n" + message.content()));
            } else {
                collated.add(message);
            }
        }
        return collated;
    }

    /** Renders turn by turn, for templates that know no messages. */
    private static final class Turns {
        private final Input input;
        private final Program program;
        private final Budget budget;
        private final StringBuilder out;
        private String system = "";
        private String prompt = "";
        private String response = "";

        Turns(Input input, Program program, Budget budget, StringBuilder out) {
            this.input = input;
            this.program = program;
            this.budget = budget;
            this.out = out;
        }

        void render(List<Message> messages) {
            for (Message message : messages) {
                switch (message.role()) {
                    case "system" -> {
                        if (!prompt.isEmpty() || !response.isEmpty()) {
                            turn();
                        }
                        system = message.content();
                    }
                    case "user" -> {
                        if (!response.isEmpty()) {
                            turn();
                        }
                        prompt = message.content();
                    }
                    case "assistant" -> response = message.content();
                    default -> {}
                }
            }
            // The last turn is executed by a template of its own, which has none of the others and no added functions.
            Tree last = TemplateShape.untilResponse(program.trees().get(""));
            run(new Program(program.source(), Map.of("", last), false, program.today()));
        }

        private void turn() {
            run(program);
            system = "";
            prompt = "";
            response = "";
        }

        private void run(Program executed) {
            Map<String, GoValue> data = flags(input);
            data.put("System", GoValue.ofText(system));
            data.put("Prompt", GoValue.ofText(prompt));
            data.put("Response", GoValue.ofText(response));
            Executor.run(executed, budget, dataOf(data), out);
        }
    }
}
