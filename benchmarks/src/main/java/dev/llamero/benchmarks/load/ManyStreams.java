package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Statistics;
import java.util.List;
import java.util.stream.IntStream;

/** Eight clients at once. */
final class ManyStreams {
    private static final int CLIENTS = 8;
    private static final int COMMON_TOKENS = 2048;
    private static final int OWN_TOKENS = 128;

    private ManyStreams() {}

    /** Output rate of eight streams. */
    static Workload.Session eight(Scene scene) {
        return number -> {
            List<Question> questions = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> new Question(scene.prompt(number * 100L + i, 32), 64))
                    .toList();
            var measured = new Measured();
            List<Answer> answers = scene.askTogether(questions);
            return measured.answers(answers).figure("", outputRate(answers));
        };
    }

    /** W3: a common prefix that is new to the server. */
    static Workload.Session sharedPrefix(Scene scene) {
        return number -> {
            String common = scene.prompts().passage(scene.seed() * 31 + number, scene.size(COMMON_TOKENS));
            List<Question> questions = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> new Question(
                            common + "\n\n" + scene.prompt(number * 100L + i, scene.size(OWN_TOKENS)),
                            SingleStream.FEW))
                    .toList();
            var measured = new Measured();
            List<Answer> answers = scene.askTogether(questions);
            double[] firsts =
                    answers.stream().mapToDouble(Answer::firstTokenMillis).toArray();
            return measured.answers(answers).figure("", Statistics.mean(firsts));
        };
    }

    /** Output tokens of all answers per second from the first request to the last token. */
    static double outputRate(List<Answer> answers) {
        long tokens = answers.stream().mapToLong(Answer::outputTokens).sum();
        long from = answers.stream().mapToLong(Answer::sent).min().orElseThrow();
        long to = answers.stream().mapToLong(Answer::last).max().orElseThrow();
        return tokens * 1e9 / (to - from);
    }
}
