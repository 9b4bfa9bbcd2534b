package dev.llamero.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailedAttemptsTest {
    private long now = Long.MAX_VALUE - 1_000;
    private final FailedAttempts attempts = new FailedAttempts(() -> now);

    private void fail(String source, int first, int count) {
        for (int i = first; i < first + count; i++) {
            attempts.failed(source, "guess " + i);
        }
    }

    @Test
    void tenGuessesInAMinuteCostFiveMinutes() {
        fail("1.2.3.4", 0, FailedAttempts.ATTEMPTS_MAX - 1);
        assertThat(attempts.restSeconds("1.2.3.4")).isZero();
        fail("1.2.3.4", 100, 1);
        assertThat(attempts.restSeconds("1.2.3.4")).isEqualTo(300);
        assertThat(attempts.restSeconds("1.2.3.5")).isZero();
        now += FailedAttempts.REST_NANOS - 1;
        assertThat(attempts.restSeconds("1.2.3.4")).isEqualTo(1);
        now++;
        assertThat(attempts.restSeconds("1.2.3.4")).isZero();
    }

    @Test
    void theSameWrongOneAgainIsNoNewGuess() {
        for (int i = 0; i < 100; i++) {
            attempts.failed("1.2.3.4", "stale cookie");
        }
        assertThat(attempts.restSeconds("1.2.3.4")).isZero();
    }

    @Test
    void guessesOfLongAgoAreForgotten() {
        fail("1.2.3.4", 0, FailedAttempts.ATTEMPTS_MAX - 1);
        now += FailedAttempts.WINDOW_NANOS;
        fail("1.2.3.4", 100, FailedAttempts.ATTEMPTS_MAX - 1);
        assertThat(attempts.restSeconds("1.2.3.4")).isZero();
    }

    @Test
    void theNumberOfSourcesIsBounded() {
        fail("first", 0, FailedAttempts.ATTEMPTS_MAX);
        for (int i = 0; i < FailedAttempts.SOURCES_MAX; i++) {
            attempts.failed("source " + i, "guess");
        }
        assertThat(attempts.restSeconds("first")).isZero();
        assertThat(attempts.restSeconds("source 1")).isZero();
    }
}
