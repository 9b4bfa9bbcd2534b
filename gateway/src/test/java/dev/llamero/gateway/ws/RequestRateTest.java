package dev.llamero.gateway.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestRateTest {
    @Test
    void aBurstPassesThenOnlySoManyPerSecond() {
        var clock = new AtomicLong();
        var rate = new RequestRate(clock::get);
        for (int i = 0; i < RequestRate.BURST; i++) {
            assertThat(rate.take()).isTrue();
        }
        assertThat(rate.take()).isFalse();
        clock.addAndGet(1_000_000_000L);
        for (int i = 0; i < RequestRate.PER_SECOND; i++) {
            assertThat(rate.take()).isTrue();
        }
        assertThat(rate.take()).isFalse();
        clock.addAndGet(3600_000_000_000L);
        for (int i = 0; i < RequestRate.BURST; i++) {
            assertThat(rate.take()).isTrue();
        }
        assertThat(rate.take()).isFalse();
    }
}
