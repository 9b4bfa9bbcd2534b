package dev.llamero.benchmarks.load;

import java.util.ArrayList;
import java.util.List;

/** W6: a conversation goes on after the server was stopped and started. */
final class Restart {
    private static final int FIRST_TOKENS = 680;
    private static final int SECOND_TOKENS = 60;
    private static final int ANSWER_TOKENS = 32;

    private Restart() {}

    static Workload.Session begin(Scene scene) {
        return number -> {
            var measured = new Measured();
            List<String> messages = new ArrayList<>();
            messages.add(scene.prompt(number * 10L, scene.size(FIRST_TOKENS)));
            messages.add(scene.ask(new Question(List.copyOf(messages), ANSWER_TOKENS))
                    .text());
            messages.add(scene.prompt(number * 10L + 1, SECOND_TOKENS));
            messages.add(scene.ask(new Question(List.copyOf(messages), ANSWER_TOKENS))
                    .text());
            messages.add("Go on, please.");
            scene.server().restart();
            Answer answer = scene.ask(new Question(messages, SingleStream.FEW));
            return measured.answer(answer).figure("", answer.firstTokenMillis());
        };
    }
}
