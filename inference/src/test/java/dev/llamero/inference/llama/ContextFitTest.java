package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.llama.ContextFit.Pool;
import dev.llamero.models.KvType;
import dev.llamero.models.MemoryFit;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ContextFitTest {
    private static final long GIB = 1L << 30;

    /** Qwen3-32B in Q4_K_M with an f16 cache. */
    private static final MemoryFit QWEN_32B =
            new MemoryFit(32_768, KvType.F16, 19_756_000_000L, 262_144, 400L << 20, 1024, OptionalLong.empty());

    @Test
    void keepsWhatFits() {
        ContextFit fit = ContextFit.decide(32_768, 40_960, 1, List.of(new Pool("main memory", 64 * GIB, GIB, 262_144)));
        assertThat(fit.contextTokens()).isEqualTo(32_768);
        assertThat(fit.reason()).isEmpty();
    }

    @Test
    void reducesToAMultipleThatFitsAndSaysWhy() {
        ContextFit fit = ContextFit.decide(32_768, 40_960, 1, List.of(new Pool("main memory", 5 * GIB, GIB, 262_144)));
        assertThat(fit.contextTokens()).isEqualTo(16_384);
        assertThat(fit.reason())
                .hasValueSatisfying(reason -> assertThat(reason)
                        .isEqualTo(
                                "32768 tokens for 1 conversations need 9.0 GiB of main memory, and 5.0 GiB are free"));
    }

    @Test
    void countsEveryConversation() {
        ContextFit fit = ContextFit.decide(32_768, 0, 4, List.of(new Pool("GPU memory", 5 * GIB, GIB, 262_144)));
        assertThat(fit.contextTokens()).isEqualTo(4096);
    }

    @Test
    void takesTheScarcerOfTwoMemories() {
        ContextFit fit = ContextFit.decide(
                32_768,
                0,
                1,
                List.of(new Pool("GPU memory", 3 * GIB, GIB, 131_072), new Pool("main memory", 2 * GIB, GIB, 131_072)));
        assertThat(fit.contextTokens()).isEqualTo(8192);
        assertThat(fit.reason()).hasValueSatisfying(reason -> assertThat(reason).contains("main memory"));
    }

    @Test
    void doesNotExceedTheTrainingLength() {
        ContextFit fit = ContextFit.decide(32_768, 8192, 1, List.of());
        assertThat(fit.contextTokens()).isEqualTo(8192);
        assertThat(fit.reason()).contains("the model was trained for 8192 tokens");
    }

    @Test
    void leavesAFloorForTheLibraryToTry() {
        List<Pool> nothing = List.of(new Pool("main memory", GIB, 2 * GIB, 262_144));
        assertThat(ContextFit.decide(32_768, 0, 1, nothing).contextTokens()).isEqualTo(2048);
        assertThat(ContextFit.decide(1000, 0, 1, nothing).contextTokens()).isEqualTo(1000);
    }

    @Test
    void halvesDownToNothing() {
        assertThat(ContextFit.smaller(32_768)).isEqualTo(16_384);
        assertThat(ContextFit.smaller(1000)).isEqualTo(256);
        assertThat(ContextFit.smaller(256)).isZero();
    }

    @Test
    void putsAllLayersOnALargeGpu() {
        MemoryPlan plan = plan(ModelSettings.ofContext(32_768), 79 * GIB);
        assertThat(plan.gpuLayers()).isEqualTo(-1);
        assertThat(plan.fit().contextTokens()).isEqualTo(32_768);
    }

    @Test
    void shortensTheContextBeforeItTakesLayersOffTheGpu() {
        MemoryPlan plan = plan(ModelSettings.ofContext(32_768), 22 * GIB);
        assertThat(plan.gpuLayers()).isEqualTo(-1);
        assertThat(plan.fit().contextTokens()).isBetween(4096, 16_384);
        assertThat(plan.fit().reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("GPU memory"));
    }

    @Test
    void putsAsManyLayersOnASmallGpuAsLeaveRoomForASmallContext() {
        MemoryPlan plan = plan(ModelSettings.ofContext(8192), 12 * GIB);
        assertThat(plan.gpuLayers()).isBetween(20, 40);
        assertThat(plan.fit().contextTokens()).isGreaterThanOrEqualTo(4096);
        MemoryPlan tiny = plan(ModelSettings.ofContext(8192), GIB / 2);
        assertThat(tiny.gpuLayers()).isZero();
        assertThat(tiny.fit().contextTokens()).isEqualTo(8192);
    }

    @Test
    void obeysTheNumberOfLayersAskedFor() {
        assertThat(plan(layers(0), 79 * GIB).gpuLayers()).isZero();
        assertThat(plan(layers(10), 79 * GIB).gpuLayers()).isEqualTo(10);
        assertThat(plan(layers(1000), 79 * GIB).gpuLayers()).isEqualTo(65);
        assertThat(plan(layers(10), 0).gpuLayers()).isZero();
    }

    private static ModelSettings layers(int count) {
        return new ModelSettings(4096, 1, 1, count, KvType.F16, 0, 512, true);
    }

    private static MemoryPlan plan(ModelSettings settings, long gpuBytes) {
        return MemoryPlan.of(new MemoryPlan.Demand(QWEN_32B, 64, 40_960, 128 * GIB, gpuBytes), settings);
    }
}
