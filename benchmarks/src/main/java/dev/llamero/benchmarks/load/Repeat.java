package dev.llamero.benchmarks.load;

import java.io.IOException;
import java.util.List;

/** W9: the answer is a copy of a part of the prompt, so a server that guesses from the prompt guesses right. */
final class Repeat {
    static final List<Metric> METRICS = List.of(Metric.rate("decode"), new Metric("runs per token", "", false));
    private static final int TEXT_TOKENS = 600;
    private static final double OUTPUT_LEAST = 0.5;

    private Repeat() {}

    static Workload.Session begin(Scene scene) {
        return number -> {
            int tokens = scene.size(TEXT_TOKENS);
            String text = scene.prompts().sentences(scene.seed() * 17 + number, tokens);
            var counter = DecodeCounter.of(scene.target());
            long before = counter.total();
            Answer answer =
                    scene.ask(new Question("Repeat this text word by word, with nothing else:\n\n" + text, tokens));
            var measured = new Measured()
                    .answer(answer)
                    .figure("decode", answer.decodeRate())
                    .figure("runs per token", perToken(answer, counter, before));
            if (answer.outputTokens() < OUTPUT_LEAST * tokens) {
                measured.note(scene.target().name() + " ended after " + answer.outputTokens() + " of " + tokens
                        + " tokens: the model did not repeat the text");
            }
            return measured;
        };
    }

    private static double perToken(Answer answer, DecodeCounter counter, long before)
            throws IOException, InterruptedException {
        long calls = answer.decodeCalls() > 0 ? answer.decodeCalls() : counter.total() - before;
        return calls > 0 ? (double) calls / answer.outputTokens() : Double.NaN;
    }
}
