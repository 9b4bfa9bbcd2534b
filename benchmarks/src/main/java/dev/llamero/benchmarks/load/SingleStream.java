package dev.llamero.benchmarks.load;

/** One client, one question at a time. */
final class SingleStream {
    private static final int SHORT_TOKENS = 32;
    private static final int DECODE_PROMPT = 512;
    private static final int DECODE_OUTPUT = 128;
    /** Where only the beginning counts: the very first token may be half a character, and give no text. */
    static final int FEW = 4;

    private SingleStream() {}

    /** Time to first token of a short prompt. */
    static Workload.Session firstToken(Scene scene) {
        return number -> {
            Answer answer = scene.ask(new Question(scene.prompt(number, SHORT_TOKENS), FEW));
            return new Measured().answer(answer).figure("", answer.firstTokenMillis());
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
