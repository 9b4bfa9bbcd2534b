package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParkingRuleTest {
    @Test
    void paysWhenTheRentOfDecodeStepsHasReachedThePrice() {
        ParkingRule rule = new ParkingRule(1, 8);
        int step = ParkingRule.rent(true, 0);
        assertThat(rule.pays(7 * step)).isFalse();
        assertThat(rule.pays(8 * step)).isTrue();
    }

    @Test
    void aPromptsRowCostsAQuarterOfADecodeStep() {
        ParkingRule rule = new ParkingRule(1, 8);
        assertThat(rule.pays(ParkingRule.rent(false, 31))).isFalse();
        assertThat(rule.pays(ParkingRule.rent(false, 32))).isTrue();
        assertThat(ParkingRule.rent(true, 4)).isEqualTo(2 * ParkingRule.rent(true, 0));
    }

    @Test
    void whatIsToComeCountsTheAnswerOnlyAsFarAsItMayGo() {
        assertThat(new ParkingRule(1, 8).pays(ParkingRule.rentToCome(1, 2))).isFalse();
        assertThat(new ParkingRule(1, 8).pays(ParkingRule.rentToCome(1, 1000))).isTrue();
        assertThat(new ParkingRule(1, 200).pays(ParkingRule.rentToCome(100, 1000)))
                .isFalse();
        assertThat(new ParkingRule(1, 200).pays(ParkingRule.rentToCome(800, 1))).isTrue();
    }

    @Test
    void withoutBytesNothingPays() {
        assertThat(new ParkingRule(0, 8).pays(1 << 20)).isFalse();
    }

    @Test
    void aGpuWaitsLonger() {
        EngineLimits limits = new EngineLimits(1, 1, 512, 7);
        assertThat(ParkingRule.of(limits, new EngineInfo("x", 512, 1, 100, 0)))
                .isEqualTo(new ParkingRule(7, ParkingRule.DECODE_STEPS_CPU));
        assertThat(ParkingRule.of(limits, new EngineInfo("x", 512, 1, 100, 50)))
                .isEqualTo(new ParkingRule(7, ParkingRule.DECODE_STEPS_GPU));
    }

    @Test
    void aLittleGainDoesNotBringALargeConversationBack() {
        assertThat(ParkingRule.worthRestoring(0, 1)).isFalse();
        assertThat(ParkingRule.worthRestoring(99, 800)).isFalse();
        assertThat(ParkingRule.worthRestoring(100, 800)).isTrue();
    }
}
