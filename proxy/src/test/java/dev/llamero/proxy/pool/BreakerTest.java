package dev.llamero.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now = -5;
    private final Breaker breaker = new Breaker(3, Duration.ofSeconds(1), () -> now);

    @Test
    void failuresInARowOpenItAndASuccessBetweenStartsTheCountAgain() {
        fail(2);
        breaker.succeeded();
        fail(2);
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.FREE);
        fail(1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        assertThat(breaker.wouldPass()).isFalse();
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.REFUSED);
        assertThat(breaker.waitNanos()).isEqualTo(SECOND);
    }

    @Test
    void afterThePauseOneProbePassesAndNoOther() {
        fail(3);
        now += SECOND;
        assertThat(breaker.wouldPass()).isTrue();
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.PROBE);
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.REFUSED);
        assertThat(breaker.wouldPass()).isFalse();
        breaker.succeeded();
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.FREE);
    }

    @Test
    void eachFailedProbeDoublesThePauseUpToABound() {
        fail(3);
        for (long pause : new long[] {2, 4, 8, 16, 32, 32}) {
            now += breaker.waitNanos();
            assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.PROBE);
            fail(1);
            assertThat(breaker.waitNanos()).isEqualTo(pause * SECOND);
        }
        now += breaker.waitNanos();
        breaker.tryPass();
        breaker.succeeded();
        fail(3);
        assertThat(breaker.waitNanos()).as("a success forgets the doublings").isEqualTo(SECOND);
    }

    @Test
    void callsThatBeganBeforeItOpenedDoNotLengthenThePause() {
        fail(3);
        now += SECOND / 2;
        fail(5);
        assertThat(breaker.waitNanos()).isEqualTo(SECOND / 2);
    }

    @Test
    void aProbeThatAnswersLetsOthersPassBeforeItsEndButOneMoreFailureReopens() {
        fail(3);
        now += SECOND;
        breaker.tryPass();
        breaker.answering();
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.FREE);
        fail(1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
    }

    @Test
    void aProbeWhoseCallerLeftIsFollowedByAnother() {
        fail(3);
        now += SECOND;
        breaker.tryPass();
        breaker.probeLost();
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.PROBE);
    }

    @Test
    void newsThatTheServerAnswersEndsThePause() {
        fail(3);
        breaker.shortenPause();
        assertThat(breaker.tryPass()).isEqualTo(Breaker.Pass.PROBE);
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed();
        }
    }
}
