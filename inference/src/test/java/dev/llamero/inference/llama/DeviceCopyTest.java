package dev.llamero.inference.llama;

import static dev.llamero.inference.llama.TestModels.logits;
import static dev.llamero.inference.llama.TestModels.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.llamero.inference.engine.DeviceCopy;
import dev.llamero.inference.engine.SavedSequence;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies of sequences on the device, which here is the CPU: the calls and the library's code are those of a GPU. */
@Tag("native")
@Timeout(300)
class DeviceCopyTest {
    private static final int[] PROMPT = {72, 101, 108, 108, 111, 44, 32, 104};
    private static final Path TRAINED = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");
    private static final int SEQUENCES = 4;
    private static final int COPIES = 3;
    private static final long PLENTY = Long.MAX_VALUE;

    private static RawContext context(int kvType, boolean flashAttention) {
        return new RawContext(TestModels.toy(), kvType, flashAttention, SEQUENCES, COPIES, () -> PLENTY);
    }

    private static RawContext trusted() {
        RawContext context = context(RawContext.F16, true);
        assertThat(context.decoder.tryDevice()).isEmpty();
        return context;
    }

    private static DeviceCopy keep(LlamaDecoder decoder, int sequence, int cells) {
        return decoder.keep(sequence, cells).orElseThrow();
    }

    @Test
    void cellsComeBackExactlyAfterTheirPlacesWereOverwritten() {
        try (RawContext context = trusted()) {
            LlamaDecoder decoder = context.decoder;
            step(decoder, 0, 0, PROMPT);
            DeviceCopy copy = keep(decoder, 0, PROMPT.length);
            assertThat(copy.bytes())
                    .isEqualTo(decoder.deviceBytes(PROMPT.length))
                    .isPositive();
            step(decoder, 0, PROMPT.length, 33);
            float[] before = logits(decoder, 0);
            assertThat(decoder.remove(0, 0, -1)).isTrue();
            step(decoder, 1, 0, IntStream.range(0, 128).toArray());
            assertThat(decoder.bringBack(copy, 3, PROMPT.length)).isTrue();
            step(decoder, 3, PROMPT.length, 33);
            assertThat(logits(decoder, 0)).isEqualTo(before);
            copy.close();
        }
    }

    @Test
    void aPartOfACopyContinuesASequenceAndTheCopyStays() {
        try (RawContext context = trusted()) {
            LlamaDecoder decoder = context.decoder;
            step(decoder, 0, 0, PROMPT);
            SavedSequence whole = decoder.save(0, 0, PROMPT.length).orElseThrow();
            DeviceCopy copy = keep(decoder, 0, PROMPT.length);
            decoder.copy(0, 2, 0, 3);
            decoder.remove(0, 0, -1);
            step(decoder, 1, 0, 65, 66, 67);
            assertThat(decoder.bringBack(copy, 2, 6)).isTrue();
            step(decoder, 2, 6, PROMPT[6]);
            assertThat(decoder.bringBack(copy, 0, PROMPT.length)).isTrue();
            SavedSequence again = decoder.save(0, 0, PROMPT.length).orElseThrow();
            assertThat(again.content()).isEqualTo(whole.content());
            whole.close();
            again.close();
        }
    }

    /** Two sequences whose cells lie between each other's, then one of them in other places. */
    @Test
    void theCellsOfATrainedModelComeBackByteForByte() {
        Path smol = TestModels.shared(TestModels.SMOLLM);
        try (RawContext context = new RawContext(smol, RawContext.F16, true, SEQUENCES, COPIES, () -> PLENTY)) {
            LlamaDecoder decoder = context.decoder;
            for (int at = 0; at < 100; at += 4) {
                step(decoder, 0, at, 500 + at, 501, 502, 503);
                step(decoder, 1, at, 700 + at, 701, 702, 703);
            }
            SavedSequence before = decoder.save(0, 0, 100).orElseThrow();
            DeviceCopy copy = keep(decoder, 0, 100);
            decoder.remove(0, 0, -1);
            step(decoder, 2, 0, IntStream.range(900, 960).toArray());
            assertThat(decoder.bringBack(copy, 0, 100)).isTrue();
            SavedSequence after = decoder.save(0, 0, 100).orElseThrow();
            assertThat(after.content()).isEqualTo(before.content());
            assertThat(after.bytes()).isGreaterThan(2L << 20);
        }
    }

    @Test
    void theCheckFindsThatAQuantisedCacheDoesNotComeBack() {
        try (RawContext context = context(RawContext.Q8_0, true)) {
            assertThat(context.decoder.tryDevice())
                    .hasValueSatisfying(fault -> assertThat(fault).contains("another content"));
            assertThat(context.decoder.deviceBytes(8)).isZero();
            assertThat(step(context.decoder, 0, 0, PROMPT)).isNotNegative();
        }
    }

    @Test
    void theCheckFindsTransposedValues() {
        try (RawContext context = context(RawContext.F16, false)) {
            assertThat(context.decoder.tryDevice())
                    .hasValueSatisfying(fault -> assertThat(fault).contains("transposed"));
            assertThat(context.decoder.deviceBytes(8)).isZero();
        }
    }

    @Test
    void aDeviceWithoutMemoryIsFoundByTheCheck() {
        try (RawContext context =
                new RawContext(TestModels.toy(), RawContext.F16, true, SEQUENCES, COPIES, () -> 1 << 20)) {
            assertThat(context.decoder.tryDevice())
                    .hasValueSatisfying(fault -> assertThat(fault).contains("no memory"));
        }
    }

    @Test
    void aModelOffersCopiesOnlyIfAskedForAndNotWithAQuantisedCache() {
        ModelSettings settings = TestModels.settings(512, 4);
        var quantised = new ModelSettings(512, 1, 4, 0, KvType.Q8_0, 1, 128, true, 4);
        assertThat(bytesOffered(settings)).isZero();
        assertThat(bytesOffered(settings.withDeviceCopies(4))).isPositive();
        assertThat(bytesOffered(quantised)).isZero();
        // More than there are ids; the decoding ones stay as many as asked for.
        assertThat(bytesOffered(TestModels.settings(512, 240).withDeviceCopies(256)))
                .isPositive();
    }

    private static long bytesOffered(ModelSettings settings) {
        try (OpenModel model = TestModels.runtime().open(TestModels.toy(), settings, LoadProgress.NONE)) {
            assertThat(model.decoder().sequencesMax()).isEqualTo(settings.sequencesMax());
            step(model.decoder(), 0, 0, PROMPT);
            return model.decoder().deviceBytes(1);
        }
    }

    @Test
    void thereAreAsManyCopiesAsIdsAndAClosedOneMakesRoom() {
        try (RawContext context = trusted()) {
            LlamaDecoder decoder = context.decoder;
            step(decoder, 0, 0, PROMPT);
            List<DeviceCopy> copies = new ArrayList<>();
            for (int i = 0; i < COPIES; i++) {
                copies.add(keep(decoder, 0, 1 + i));
            }
            assertThat(decoder.keep(0, 2)).isEmpty();
            copies.get(1).close();
            copies.get(1).close();
            assertThat(decoder.keep(0, 2)).isPresent();
            assertThat(decoder.keep(0, 2)).isEmpty();
        }
    }

    @Test
    void wrongCallsAreRefusedBeforeTheLibraryEndsTheProcess() {
        DeviceCopy left;
        try (RawContext context = trusted();
                RawContext other = trusted()) {
            LlamaDecoder decoder = context.decoder;
            step(decoder, 0, 0, PROMPT);
            DeviceCopy copy = keep(decoder, 0, 4);
            refuses("which ends at 7", () -> decoder.keep(0, 9));
            refuses("which ends at -1", () -> decoder.keep(1, 1));
            refuses("sequence 4", () -> decoder.keep(4, 1));
            refuses("positions 8..4", () -> decoder.bringBack(copy, 0, 4));
            refuses("positions 0..5", () -> decoder.bringBack(copy, 1, 5));
            refuses("another decoder's", () -> other.decoder.bringBack(copy, 1, 4));
            left = keep(decoder, 0, 4);
            decoder.remove(0, 0, -1);
            copy.close();
            refuses("closed", () -> decoder.bringBack(copy, 1, 4));
            assertThat(decoder.bringBack(left, 1, 4)).isTrue();
        }
        left.close();
    }

    private static void refuses(String words, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }

    /** 1,000 rounds copy 200 MB or more in all; what they leave behind does not grow with it. */
    @Test
    void aThousandCopiesOfChangingSizesLeaveNoMemoryBehind() throws IOException {
        try (RawContext context = new RawContext(TRAINED, RawContext.F16, true, SEQUENCES, COPIES, () -> PLENTY)) {
            LlamaDecoder decoder = context.decoder;
            assertThat(decoder.tryDevice()).isEmpty();
            int[] tokens = IntStream.range(0, 128).toArray();
            step(decoder, 0, 0, tokens);
            step(decoder, 0, 128, tokens);
            rounds(decoder, 100);
            long before = residentBytes();
            long copied = rounds(decoder, 1_000);
            assertThat(copied).isGreaterThan(200L << 20);
            assertThat(residentBytes() - before).isLessThan(copied / 3);
        }
    }

    /** Gives how many bytes were copied. */
    private static long rounds(LlamaDecoder decoder, int count) {
        long bytes = 0;
        for (int round = 0; round < count; round++) {
            int cells = 40 + round * 37 % 200;
            Optional<DeviceCopy> copy = decoder.keep(0, cells);
            bytes += copy.orElseThrow().bytes();
            assertThat(decoder.bringBack(copy.get(), 1, cells)).isTrue();
            decoder.remove(1, 0, -1);
            copy.get().close();
        }
        return bytes;
    }

    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        Assumptions.assumeTrue(Files.exists(status), "skipped: no /proc");
        String line = Files.readAllLines(status).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
}
