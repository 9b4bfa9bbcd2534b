package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeLogTest {
    @Test
    void joinsTheParts() {
        List<String> lines = observed(() -> {
            NativeLog.append(NativeLog.INFO, "loading ");
            NativeLog.append(NativeLog.CONTINUE, ". ");
            NativeLog.append(NativeLog.CONTINUE, ".\n");
            NativeLog.append(NativeLog.WARN, "odd\n");
        });
        assertThat(lines).containsExactly("2 loading . .", "3 odd");
    }

    @Test
    void endsAnUnfinishedLineWhenTheNextBegins() {
        List<String> lines = observed(() -> {
            NativeLog.append(NativeLog.ERROR, "first");
            NativeLog.append(NativeLog.INFO, "second\n");
        });
        assertThat(lines).containsExactly("4 first", "2 second");
    }

    @Test
    void boundsALineThatNeverEnds() {
        List<String> lines = observed(() -> {
            for (int i = 0; i < 100; i++) {
                NativeLog.append(NativeLog.CONTINUE, "x".repeat(1000));
            }
        });
        assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line).hasSizeLessThan(10_000));
    }

    @Test
    void mapsLevelsAndLeavesDebugOut() {
        assertThat(NativeLog.level(NativeLog.ERROR, "x")).isEqualTo(Level.ERROR);
        assertThat(NativeLog.level(NativeLog.WARN, "x")).isEqualTo(Level.WARNING);
        assertThat(NativeLog.level(NativeLog.INFO, "x")).isEqualTo(Level.DEBUG);
        assertThat(NativeLog.level(NativeLog.DEBUG, "x")).isEqualTo(Level.OFF);
        assertThat(NativeLog.level(
                        NativeLog.WARN, "n_ctx_seq (32768) > n_ctx_train (8192) -- possible training context overflow"))
                .isEqualTo(Level.DEBUG);
        assertThat(NativeLog.level(
                        NativeLog.WARN,
                        "n_ctx < n_ctx_train -- the full capacity of the model will not be " + "utilized"))
                .isEqualTo(Level.DEBUG);
    }

    @Test
    void anAbortedStepIsNoErrorAndAnyOtherIs() {
        AbortFlag flag = new AbortFlag();
        NativeLog.stepOf(flag);
        String line = "llama_decode: failed to decode, ret = 2";
        assertThat(NativeLog.level(NativeLog.ERROR, line)).isEqualTo(Level.ERROR);
        flag.set();
        assertThat(NativeLog.level(NativeLog.ERROR, line)).isEqualTo(Level.DEBUG);
        assertThat(NativeLog.level(NativeLog.ERROR, "process_ubatch: failed to compute graph, compute status: 1"))
                .isEqualTo(Level.DEBUG);
        assertThat(NativeLog.level(NativeLog.ERROR, "out of memory")).isEqualTo(Level.ERROR);
        flag.take();
        assertThat(NativeLog.level(NativeLog.ERROR, line)).isEqualTo(Level.ERROR);
    }

    @Test
    void letsNothingReachTheNativeCaller() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom("line\n");
            long before = NativeLog.lost();
            assertThatCode(() -> NativeLog.observing(
                            (level, line) -> {
                                throw new IllegalStateException("an observer that fails");
                            },
                            () -> {
                                NativeLog.receive(NativeLog.INFO, text, MemorySegment.NULL);
                                return null;
                            }))
                    .doesNotThrowAnyException();
            assertThat(NativeLog.lost()).isEqualTo(before + 1);
            assertThatCode(() -> NativeLog.receive(NativeLog.INFO, MemorySegment.NULL, MemorySegment.NULL))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void addsUpTheBuffersThatALoadReports() {
        BufferSizes sizes = new BufferSizes();
        sizes.accept(NativeLog.INFO, "load_tensors:        CUDA0 model buffer size =  100.00 MiB");
        sizes.accept(NativeLog.INFO, "load_tensors:   CPU_Mapped model buffer size =   20.00 MiB");
        sizes.accept(NativeLog.INFO, "llama_kv_cache:      CUDA0 KV buffer size =   8.50 MiB");
        sizes.accept(NativeLog.INFO, "sched_reserve:  CUDA_Host compute buffer size =    1.50 MiB");
        sizes.accept(NativeLog.ERROR, "llama_model_load: error loading model: unknown architecture");
        sizes.accept(NativeLog.ERROR, "llama_load: failed");
        assertThat(sizes.gpuBytes()).isEqualTo((long) (108.5 * (1 << 20)));
        assertThat(sizes.totalBytes()).isEqualTo(130L << 20);
        assertThat(sizes.firstError()).isEqualTo("unknown architecture");
    }

    private static List<String> observed(Runnable work) {
        List<String> lines = new ArrayList<>();
        return NativeLog.observing((level, text) -> lines.add(level + " " + text), () -> {
            work.run();
            NativeLog.append(NativeLog.INFO, "\n");
            return lines;
        });
    }
}
