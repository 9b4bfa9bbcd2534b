package dev.llamero.gateway.ws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.gateway.ws.Outbox.Frame;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final BlockingQueue<Frame> written = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> broken = new LinkedBlockingQueue<>();

    private void slow() {
        broken.add("slow");
    }

    private void left() {
        broken.add("left");
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(20, TimeUnit.SECONDS);
        assertThat(value).isNotNull();
        return value;
    }

    /** Its writes note the frame and last until the latch opens. */
    private Outbox writingUntil(CountDownLatch release) {
        return new Outbox(
                frame -> {
                    written.add(frame);
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                this::slow,
                this::left);
    }

    @Test
    void framesComeOutInOrder() throws InterruptedException {
        var outbox = new Outbox(written::add, this::slow, this::left);
        List<Frame> frames =
                List.of(new Frame.Text("a"), new Frame.Ping(), new Frame.Text("b"), new Frame.Close(1000, ""));
        frames.forEach(outbox::add);
        for (Frame frame : frames) {
            assertThat(next(written)).isEqualTo(frame);
        }
        outbox.add(new Frame.Text("after the close"));
        assertThat(written).isEmpty();
    }

    @Test
    void theLastFrameFollowsTheWriteThatRunsAndNothingElse() throws InterruptedException {
        var release = new CountDownLatch(1);
        var outbox = writingUntil(release);
        outbox.add(new Frame.Text("running"));
        next(written);
        outbox.add(new Frame.Text("let go"));
        outbox.closeWith(new Frame.Close(1008, "enough"));
        outbox.add(new Frame.Text("too late"));
        release.countDown();
        assertThat(next(written)).isEqualTo(new Frame.Close(1008, "enough"));
        assertThat(written).isEmpty();
    }

    @Test
    void aReaderThatIsTooSlowIsDroppedAndAddingNeverWaits() throws InterruptedException {
        var release = new CountDownLatch(1);
        var outbox = writingUntil(release);
        outbox.add(new Frame.Text("stuck"));
        next(written);
        assertThat(outbox.isStuck(System.nanoTime() + Outbox.WRITE_NANOS_MAX + 1))
                .isTrue();
        assertThat(outbox.isStuck(System.nanoTime())).isFalse();
        for (int i = 0; i <= Outbox.FRAMES_MAX; i++) {
            outbox.add(new Frame.Ping());
        }
        assertThat(next(broken)).isEqualTo("slow");
        release.countDown();
        assertThat(broken).isEmpty();
    }

    @Test
    void charactersAreBoundedToo() throws InterruptedException {
        var release = new CountDownLatch(1);
        var outbox = new Outbox(
                frame -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                this::slow,
                this::left);
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < 10; i++) {
            outbox.add(new Frame.Text(large));
        }
        assertThat(next(broken)).isEqualTo("slow");
        release.countDown();
    }

    @Test
    void aFailedWriteSaysThatTheBrowserLeft() throws InterruptedException {
        var outbox = new Outbox(
                frame -> {
                    throw new java.io.UncheckedIOException(new java.io.IOException("broken pipe"));
                },
                this::slow,
                this::left);
        outbox.add(new Frame.Ping());
        assertThat(next(broken)).isEqualTo("left");
    }
}
