package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.inference.prompt.AnswerParser.Delta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of the families of models, each cut at every place: thinking, content and calls are always the same. */
class CallFamiliesTest {
    private static final ToolTypes TOOLS = ToolTypes.of(List.of(
            tool("get_weather", Map.of("city", Map.of("type", "string"), "days", Map.of("type", "integer"))),
            tool("add", Map.of("a", Map.of("type", "number"), "b", Map.of("type", "number")))));

    private static Map<String, Object> tool(String name, Map<String, Object> properties) {
        return Map.of("function", Map.of("name", name, "parameters", Map.of("properties", properties)));
    }

    /**
     * One answer.
     *
     * @param template words of the model's template
     * @param expected thinking, content and calls, with bars between
     */
    private record Case(String template, String answer, String expected) {}

    private static Case of(String template, String answer, String expected) {
        return new Case(template, answer, expected);
    }

    static Stream<Case> answers() {
        return Stream.of(hermes(), llama(), mistral(), deepseek(), harmony(), others(), lookalikes())
                .flatMap(List::stream);
    }

    private static List<Case> hermes() {
        String template = "<think> <tool_call>";
        return List.of(
                of(
                        template,
                        "<think>\nhm\n</think>\n\nOk.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n"
                                + "</tool_call>",
                        "hm\n|Ok.|add{a=1}"),
                of(template, "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":1}}", "||add{a=1}"),
                of(
                        template,
                        "<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"city\":\"</tool_call>\"}}</tool_call>",
                        "||get_weather{city=</tool_call>}"),
                of(
                        template,
                        "<tool_call>\n<function=get_weather>\n<parameter=city>\n12\n</parameter>\n<parameter=days>\n3\n"
                                + "</parameter>\n</function>\n</tool_call>",
                        "||get_weather{city=12, days=3}"),
                of(
                        template,
                        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Rome</arg_value>\n</tool_call>",
                        "||get_weather{city=Rome}"),
                of(template, "<think>call it<tool_call>{\"name\":\"add\"}</tool_call>", "call it||add{}"));
    }

    private static List<Case> llama() {
        String template = "<|python_tag|> {\"name\": function name, \"parameters\": dictionary}";
        return List.of(
                of(
                        template,
                        "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Rome\"}}",
                        "||get_weather{city=Rome}"),
                of(
                        template,
                        " {\"name\": \"add\", \"parameters\": {\"a\": 1}}; {\"name\": \"add\", \"parameters\": {\"b\":"
                                + " 2}}",
                        "||add{a=1} add{b=2}"),
                of(template, "<|python_tag|>{\"name\": \"add\", \"parameters\": {}}", "||add{}"),
                of(template, "<|python_tag|>get_weather.call(city=\"Rome\")", "||get_weather{city=Rome}"),
                of(
                        template,
                        "{\"name\": \"nobody\", \"parameters\": {}}",
                        "|{\"name\": \"nobody\", \"parameters\": {}}|"),
                of(template, "{\"a\": 1} is JSON", "|{\"a\": 1} is JSON|"),
                of(
                        template,
                        "Use {\"name\": \"add\", \"parameters\": {}}",
                        "|Use {\"name\": \"add\", \"parameters\": {}}|"));
    }

    private static List<Case> mistral() {
        return List.of(
                of(
                        "[TOOL_CALLS]",
                        "[TOOL_CALLS] [{\"name\": \"add\", \"arguments\": {\"a\": [1]}}, {\"name\": \"add\","
                                + " \"arguments\": {}}]",
                        "||add{a=[1]} add{}"),
                of(
                        "[TOOL_CALLS]",
                        "Ok.[TOOL_CALLS]add[ARGS]{\"a\": 1}[TOOL_CALLS]get_weather[CALL_ID]abc123xyz[ARGS]{\"city\":"
                                + " \"]\"}",
                        "|Ok.|add{a=1} get_weather{city=]}"),
                of("[TOOL_CALLS]", "[TOOL_CALLS]add{\"a\": 1}", "||add{a=1}"),
                of("[TOOL_CALLS] [THINK] [/THINK]", "[THINK]why[/THINK]because", "why|because|"));
    }

    private static List<Case> deepseek() {
        String template = "<think> <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>";
        return List.of(
                of(
                        template,
                        "<think>x</think>\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n"
                                + "```json\n{\"city\": \"Rome\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                        "x||get_weather{city=Rome}"),
                of(
                        template,
                        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>add<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜>"
                                + "<｜tool▁call▁begin｜>add<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                        "||add{a=1} add{}"),
                of(
                        "<|tool_call_begin|>",
                        "<|tool_calls_section_begin|><|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>"
                                + "{\"a\": 1}<|tool_call_end|><|tool_calls_section_end|>",
                        "||add{a=1}"));
    }

    private static List<Case> harmony() {
        String template = "<|start|><|channel|><|message|>";
        return List.of(
                of(
                        template,
                        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
                                + " <|no|>.",
                        "Hm.|Yes <|no|>.|"),
                of(
                        template,
                        "<|channel|>analysis<|message|>Call.<|end|><|start|>assistant<|channel|>commentary "
                                + "to=functions.get_weather <|constrain|>json<|message|>{\"city\":\"Rome\"}",
                        "Call.||get_weather{city=Rome}"),
                of(template, " to=functions.add<|channel|>commentary json<|message|>{\"a\":1}<|call|>", "||add{a=1}"),
                of(
                        template,
                        "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>final<|message|>Ok",
                        "|I look.Ok|"),
                of(template, "plain words", "|plain words|"));
    }

    private static List<Case> others() {
        return List.of(
                of("<|tool_call|>", "<|tool_call|>[{\"name\": \"add\", \"arguments\": {\"a\": 1}}]", "||add{a=1}"),
                of("<|tool_call|>", "<|tool_call|>[{\"name\":\"add\",\"arguments\":{}}]<|/tool_call|>", "||add{}"),
                of(
                        "<|START_THINKING|><|END_THINKING|><|START_ACTION|>",
                        "<|START_THINKING|>Hm<|END_THINKING|><|START_ACTION|>[\n    {\"tool_call_id\": \"0\", "
                                + "\"tool_name\": \"add\", \"parameters\": {\"a\": 1}}\n]<|END_ACTION|>",
                        "Hm||add{a=1}"),
                of("<|START_ACTION|>", "<|START_RESPONSE|>Hello<|END_RESPONSE|>", "|Hello|"),
                of(
                        "Action: ```json",
                        "Action: ```json\n[{\"tool_name\": \"add\", \"parameters\": {}}]\n```",
                        "||add{}"),
                of("<TOOLCALL>", "<TOOLCALL>[{\"name\": \"add\", \"arguments\": {}}]</TOOLCALL>", "||add{}"),
                of("<tool_calls>", "<tool_calls>[{\"name\": \"add\", \"arguments\": {}}]</tool_calls>", "||add{}"),
                of(
                        "<|tool_list_start|>",
                        "<|tool_call_start|>[get_weather(city='Ro\"me', days=3), add(a=1.5, b=-2)]<|tool_call_end|>Ok",
                        "|Ok|get_weather{city=Ro\"me, days=3} add{a=1.5, b=-2}"),
                of("<function=", "<function=add>{\"a\": 1}</function>", "||add{a=1}"),
                of("functools", "functools[{\"name\": \"add\", \"arguments\": {\"a\": 1}}]", "||add{a=1}"),
                of(
                        "<start_function_call>",
                        "<start_function_call>call:get_weather{city:<escape>a, b:"
                                + " {c}<escape>,days:3}<end_function_call>",
                        "||get_weather{city=a, b: {c}, days=3}"),
                of(
                        "<minimax:tool_call>",
                        "<minimax:tool_call>\n"
                                + "<invoke name=\"get_weather\">\n"
                                + "<parameter name=\"city\">Rome</parameter>\n"
                                + "</invoke>\n"
                                + "<invoke name=\"add\">\n"
                                + "</invoke>\n"
                                + "</minimax:tool_call>",
                        "||get_weather{city=Rome} add{}"),
                of(
                        "<seed:think></seed:think><seed:tool_call>",
                        "<seed:think>Hm</seed:think><seed:tool_call><function=add><parameter=a>1</parameter></function>"
                                + "</seed:tool_call>",
                        "Hm||add{a=1}"));
    }

    private static List<Case> lookalikes() {
        return List.of(
                of("<tool_call>", "a <tool_call>no call</tool_call> b", "|a <tool_call>no call</tool_call> b|"),
                of("<tool_call>", "a\n <tool_cal", "|a\n <tool_cal|"),
                of("[TOOL_CALLS]", "see [TOOL] and [TOOL_CALLS] here", "|see [TOOL] and [TOOL_CALLS] here|"),
                of("<|python_tag|>", "<|python_tag|>print(1)", "|<|python_tag|>print(1)|"),
                of("functools", "from functools import x", "|from functools import x|"),
                of("<function=", "x <function=add>{oops</function>", "|x <function=add>{oops</function>|"),
                of("<tool_call>", "  two  \n\n lines \n", "|  two  \n\n lines \n|"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerIsReadTheSameHoweverItIsCut(Case example) {
        AnswerTags tags = AnswerTags.ofJinja(example.template());
        String prompt = "<|start|>assistant";
        String text = example.answer();
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second += 7) {
                var parser = AnswerParser.of(prompt, tags, true, TOOLS);
                assertThat(run(parser, text.substring(0, first), text.substring(first, second), text.substring(second)))
                        .as("cut at %d and %d", first, second)
                        .isEqualTo(example.expected());
            }
        }
        assertThat(run(AnswerParser.of(prompt, tags, true, TOOLS), text.split("")))
                .isEqualTo(example.expected());
    }

    private static String run(AnswerParser parser, String... pieces) {
        var thinking = new StringBuilder();
        var content = new StringBuilder();
        var calls = new StringBuilder();
        for (int i = 0; i <= pieces.length; i++) {
            Delta delta = i < pieces.length ? parser.accept(pieces[i]) : parser.finish();
            thinking.append(delta.thinking());
            content.append(delta.content());
            delta.calls()
                    .forEach(call -> calls.append(calls.isEmpty() ? "" : " ")
                            .append(call.name())
                            .append(call.arguments()));
        }
        return thinking + "|" + content + "|" + calls;
    }

    @Test
    void aCallComesOutWithItsLastCharacter() {
        var parser = AnswerParser.of("", AnswerTags.ofJinja("[TOOL_CALLS]"), true, TOOLS);
        assertThat(parser.accept("[TOOL_CALLS]add[ARGS]{\"a\":1").calls()).isEmpty();
        assertThat(parser.accept("}").calls()).hasSize(1);
    }

    @Test
    void thinkingThatIsNotWantedIsLeftOutOfChannels() {
        var parser = AnswerParser.of("<|start|>assistant", AnswerTags.HARMONY, false, ToolTypes.NONE);
        assertThat(run(
                        parser,
                        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"))
                .isEqualTo("|Yes|");
    }

    @Test
    void realTemplatesTellTheirFamily() throws IOException {
        Path folder = Path.of("../../shared/templates");
        Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no real templates in " + folder);
        assertThat(open(folder, "mistralai-Mistral-Nemo-Instruct-2407")).isEqualTo("[TOOL_CALLS]");
        assertThat(open(folder, "meta-llama-Llama-3.2-3B-Instruct")).isEqualTo("<|python_tag|>");
        assertThat(open(folder, "NousResearch-Hermes-3-Llama-3.1-8B-tool_use")).isEqualTo("<tool_call>");
        assertThat(open(folder, "Qwen-Qwen3-0.6B")).isEqualTo("<tool_call>");
        assertThat(open(folder, "ibm-granite-granite-3.3-2B-Instruct")).isEqualTo("<|tool_call|>");
        assertThat(open(folder, "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B")).isEqualTo("<｜tool▁call▁begin｜>");
        assertThat(open(folder, "Kimi-K2-Instruct")).isEqualTo("<|tool_call_begin|>");
        assertThat(open(folder, "LFM2-8B-A1B")).isEqualTo("<|tool_call_start|>");
        assertThat(open(folder, "NVIDIA-Nemotron-Nano-v2")).isEqualTo("<TOOLCALL>");
        assertThat(open(folder, "Cohere2MoE")).isEqualTo("<|START_ACTION|>");
        assertThat(AnswerTags.ofJinja(template(folder, "openai-gpt-oss-120b")).isHarmony())
                .isTrue();
    }

    private static String open(Path folder, String model) throws IOException {
        var calls = (AnswerTags.Calls.Marked)
                AnswerTags.ofJinja(template(folder, model)).calls();
        return calls.marks().getFirst().open();
    }

    private static String template(Path folder, String model) throws IOException {
        JsonNode file = new ObjectMapper().readTree(Files.readString(folder.resolve(model + ".json")));
        return file.path("template").asText();
    }
}
