package dev.llamero.benchmarks;

import dev.llamero.inference.jinja.Template;
import dev.llamero.models.ToyModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A conversation to a prompt, through a chat template of Qwen3's kind. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TemplateBenchmark {
    @Param({"2", "40"})
    public int messages;

    private Template template;
    private Map<String, Object> variables;

    @Setup
    public void parse() {
        template = Template.parse(ToyModel.chatTemplate());
        List<Object> conversation = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            conversation.add(Map.of(
                    "role",
                    i % 2 == 0 ? "user" : "assistant",
                    "content",
                    "A sentence of some length, as people write them in chats. ".repeat(8)));
        }
        variables = new HashMap<>();
        variables.put("messages", conversation);
        variables.put("add_generation_prompt", true);
        variables.put("enable_thinking", true);
    }

    @Benchmark
    public String render() {
        return template.render(variables);
    }
}
