package dev.llamero.benchmarks.load;

import java.util.List;

/** W8: prefill at growing lengths. */
final class PromptLengths {
    static final List<Metric> METRICS = List.of(Metric.rate("1K"), Metric.rate("2K"), Metric.rate("4K"));
    private static final int[] TOKENS = {1024, 2048, 4096};

    private PromptLengths() {}

    static Workload.Session begin(Scene scene) {
        return number -> {
            var measured = new Measured();
            for (int i = 0; i < TOKENS.length; i++) {
                String prompt = scene.prompt(number * 10L + i, scene.size(TOKENS[i]));
                Answer answer = scene.ask(new Question(prompt, SingleStream.FEW));
                measured.answer(answer).figure(METRICS.get(i).name(), answer.prefillRate());
            }
            return measured;
        };
    }
}
