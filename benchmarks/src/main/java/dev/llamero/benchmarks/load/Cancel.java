package dev.llamero.benchmarks.load;

import java.time.Duration;

/** W7: whoever comes behind a client that has left. */
final class Cancel {
    private static final int LONG_PROMPT = 4096;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private Cancel() {}

    static Workload.Session begin(Scene scene) {
        return number -> {
            var measured = new Measured();
            String prompt = scene.prompt(number * 10L, scene.size(LONG_PROMPT));
            Answer left = scene.askAndLeave(new Question(prompt, 64), PATIENCE);
            Answer next = scene.ask(new Question(scene.prompt(number * 10L + 1, 32), SingleStream.FEW));
            if (left.pieces().length > 0) {
                measured.note(scene.target().name() + " had begun to answer the long prompt before it was dropped");
            }
            return measured.answer(left).answer(next).figure("", next.firstTokenMillis());
        };
    }
}
