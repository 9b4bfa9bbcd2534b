package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Statistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * W4: more chats than slots, in turns. A round is one turn of every chat; the first turns are no round, they fill the
 * caches.
 */
final class Turns {
    static final List<Metric> METRICS = List.of(Metric.millis("TTFT p50"), Metric.millis("TTFT mean"));
    private static final int CHATS = 8;
    private static final int LEAST_TOKENS = 3000;
    private static final int MOST_TOKENS = 3600;
    private static final int TURN_TOKENS = 40;
    private static final int ANSWER_TOKENS = 16;

    private Turns() {}

    static Workload.Session begin(Scene scene) throws IOException {
        int count = scene.quick() ? CHATS / 2 + 1 : CHATS;
        var chats = new ArrayList<List<String>>();
        for (int chat = 0; chat < count; chat++) {
            int tokens = LEAST_TOKENS + (MOST_TOKENS - LEAST_TOKENS) * chat / (CHATS - 1);
            var messages = new ArrayList<String>();
            messages.add(scene.prompt(chat, scene.size(tokens)));
            messages.add(scene.ask(new Question(List.copyOf(messages), ANSWER_TOKENS))
                    .text());
            chats.add(messages);
        }
        return number -> turn(scene, chats, number);
    }

    private static Measured turn(Scene scene, List<List<String>> chats, int number) throws IOException {
        var measured = new Measured();
        for (int chat = 0; chat < chats.size(); chat++) {
            List<String> messages = chats.get(chat);
            messages.add(scene.prompt(number * 100L + chat, TURN_TOKENS));
            Answer answer = scene.ask(new Question(List.copyOf(messages), ANSWER_TOKENS));
            messages.add(answer.text());
            measured.answer(answer);
        }
        double[] firsts = measured.answers().stream()
                .mapToDouble(Answer::firstTokenMillis)
                .toArray();
        return measured.figure("TTFT p50", Statistics.median(firsts)).figure("TTFT mean", Statistics.mean(firsts));
    }
}
