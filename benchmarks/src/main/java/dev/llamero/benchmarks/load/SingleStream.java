package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Statistics;

/** One client, one question at a time. */
final class SingleStream {
    private static final int SHORT_TOKENS = 32;
    private static final int IN_A_ROW = 8;
    private static final int DECODE_PROMPT = 512;
    private static final int DECODE_OUTPUT = 128;
    /** Where only the beginning counts: the very first token may be half a character, and give no text. */
    static final int FEW = 4;

    private SingleStream() {}

    /**
     * Time to first token of short prompts, one after the other: a single one after a rest would measure how fast the
     * machine wakes up.
     */
    static Workload.Session firstToken(Scene scene) {
        return number -> {
            var measured = new Measured();
            double[] firsts = new double[IN_A_ROW];
            for (int i = 0; i < IN_A_ROW; i++) {
                String prompt = scene.prompt(number * (long) IN_A_ROW + i, SHORT_TOKENS);
                Answer answer = scene.ask(new Question(prompt, FEW));
                firsts[i] = answer.firstTokenMillis();
                measured.answer(answer);
            }
            return measured.figure("", Statistics.median(firsts));
        };
    }

    /** W1: decode rate. */
    static Workload.Session decode(Scene scene) {
        return number -> {
            Answer answer = scene.ask(new Question(scene.prompt(number, DECODE_PROMPT), DECODE_OUTPUT));
            return new Measured().answer(answer).figure("", answer.decodeRate());
        };
    }

    /** A short question whose time does not count. */
    static Question warmUp(Scene scene) {
        return new Question(scene.prompt(-1_000, SHORT_TOKENS), FEW);
    }
}
