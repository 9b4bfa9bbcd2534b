package dev.llamero.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the figures mean, on streams whose times are known. */
class DefinitionsTest {
    private static final long MILLI = 1_000_000;

    @Test
    void firstTokenAndRatesCountFromSending() {
        Answer answer = answer(1_000, 11, 100, 1_100, 1_200, 1_300, 1_500);
        assertThat(answer.firstTokenMillis()).isEqualTo(100);
        assertThat(answer.prefillRate()).isEqualTo(1_000);
        // Eleven tokens, ten of them after the first, in 400 ms: pieces may hold several tokens.
        assertThat(answer.decodeRate()).isEqualTo(25);
        assertThat(answer.gapsMillis()).containsExactly(100, 100, 200);
    }

    @Test
    void gapsWithinATimeAreThoseThatOverlapIt() {
        Answer answer = answer(0, 5, 1, 100, 200, 900, 1_000, 1_100);
        assertThat(answer.gapsMillisWithin(300 * MILLI, 950 * MILLI)).containsExactly(700, 100);
        assertThat(answer.gapsMillisWithin(1_100 * MILLI, 2_000 * MILLI)).isEmpty();
    }

    @Test
    void outputRateSpansFirstRequestToLastToken() {
        List<Answer> answers = List.of(answer(0, 10, 1, 100, 1_000), answer(500, 30, 1, 600, 2_000));
        assertThat(ManyStreams.outputRate(answers)).isEqualTo(20);
    }

    @Test
    void longPromptAmongStreamsIsJudgedByTheGapsInItsTime() {
        long[] steady = LongStream.rangeClosed(1, 100).map(i -> i * 10).toArray();
        Answer calm = answer(0, 100, 1, steady);
        Answer frozen = answer(0, 3, 1, 10, 20, 820);
        Answer late = answer(100, 1, 512, 800);
        var measured = LongAmongStreams.figures(new Measured(), List.of(calm, frozen), late);
        // 70 gaps of 10 ms and one of 800 ms: rank 0.99 * 70 = 69.3.
        assertThat(measured.figure("ITL p99")).isCloseTo(10 + 0.3 * 790, within(0.01));
        assertThat(measured.figure("TTFT of the long one")).isEqualTo(700);
        assertThat(measured.figure("longest silence")).isEqualTo(800);
        assertThat(measured.figure("output")).isCloseTo(104, within(0.01));
        assertThat(measured.timeline().points()).hasSize(101);
        assertThat(measured.timeline().to() - measured.timeline().from()).isCloseTo(700, within(0.11));
    }

    @Test
    void runsOfTheModelAreReadFromMetrics() {
        assertThat(DecodeCounter.sum("""
            # HELP llamero_steps_total steps
            llamero_steps_total{model="a"} 40.0
            llamero_steps_total{model="b"} 2
            llamero_other_total 7
            """)).isEqualTo(42);
    }

    /** Times in milliseconds. */
    private static Answer answer(long sent, int outputTokens, int promptTokens, long... pieces) {
        long[] nanos = LongStream.of(pieces).map(each -> each * MILLI).toArray();
        return new Answer(sent * MILLI, nanos, nanos[0], promptTokens, outputTokens, 0, false, "");
    }
}
