package dev.llamero.gateway.ws;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UserRatesTest {
    private long now;
    private final UserRates rates = new UserRates(() -> now);

    private static ClientMessage retry() {
        return new ClientMessage.ChatRetry("1", "turn-0001", "retry-0001", "");
    }

    @Test
    void questionsOfOneAccountAreLimitedOverAllItsPages() {
        for (int i = 0; i < UserRates.QUESTIONS_BURST; i++) {
            assertThat(rates.refusal("anna", retry())).isEmpty();
        }
        assertThat(rates.refusal("anna", retry()).orElseThrow()).contains("120 questions");
        assertThat(rates.refusal("bert", retry())).isEmpty();
        assertThat(rates.refusal("anna", new ClientMessage.Ping("1"))).isEmpty();
        now += 500_000_001L;
        assertThat(rates.refusal("anna", retry())).isEmpty();
        assertThat(rates.refusal("anna", retry())).isPresent();
    }

    @Test
    void requestsOfOneAccountAreLimitedToo() {
        for (int i = 0; i < UserRates.REQUESTS_BURST; i++) {
            assertThat(rates.refusal("anna", new ClientMessage.Ping("1"))).isEmpty();
        }
        assertThat(rates.refusal("anna", new ClientMessage.Ping("1")).orElseThrow())
                .contains("60 times");
    }
}
