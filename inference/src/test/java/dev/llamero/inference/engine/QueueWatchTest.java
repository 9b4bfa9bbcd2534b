package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Places and estimates of those who wait. */
class QueueWatchTest {
    private static final long SECOND = 1_000_000_000;

    private final WaitingLine line = new WaitingLine();
    private final QueueWatch watch = new QueueWatch(2);

    private Slot join() {
        Slot slot = new Slot(request("x").build(), new Mailbox(mailbox -> {}), 300, 100, 0);
        line.add(slot);
        return slot;
    }

    private List<Long> estimates() {
        return watch.waiting().stream().map(Engine.Waiting::estimateMillis).toList();
    }

    @Test
    void estimatesAreNothingUntilARequestIsOver() {
        join();
        watch.show(line);
        assertThat(estimates()).containsExactly(0L);
    }

    /** Two places, each held for a second: the line moves on every half second. */
    @Test
    void anEstimateIsThePlaceTimesTheMeanTimePerPlace() {
        watch.left(SECOND);
        watch.left(0);
        join();
        join();
        join();
        watch.show(line);
        assertThat(estimates()).containsExactly(500L, 1000L, 1500L);
        assertThat(watch.waiting()).extracting(Engine.Waiting::position).containsExactly(1, 2, 3);
    }

    @Test
    void theMeanFollowsWhatRequestsTake() {
        watch.left(SECOND);
        for (int i = 0; i < 100; i++) {
            watch.left(4 * SECOND);
        }
        join();
        watch.show(line);
        assertThat(estimates().getFirst()).isBetween(1990L, 2000L);
    }

    @Test
    void aRequestRemembersThePlaceAtWhichItWasSeenFirst() {
        Slot first = join();
        Slot second = join();
        watch.show(line);
        line.remove(first);
        watch.show(line);
        assertThat(second.mailbox.queued().orElseThrow().position()).isEqualTo(2);
        assertThat(watch.waiting()).extracting(Engine.Waiting::position).containsExactly(1);
        line.remove(second);
        watch.show(line);
        assertThat(watch.waiting()).isEmpty();
    }
}
