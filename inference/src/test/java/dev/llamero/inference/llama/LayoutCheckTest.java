package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.inference.engine.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayoutCheckTest {
    private static final StructLayout LAYOUT = MemoryLayout.structLayout(
            JAVA_INT.withName("count"), JAVA_INT.withName("unused"), JAVA_LONG.withName("size"));
    private static final Map<String, Object> DEFAULTS = Map.of("count", 4);

    @Test
    void sizesAreThoseOfTheHeader() {
        assertThat(Layouts.MODEL_PARAMS.byteSize()).isEqualTo(80);
        assertThat(Layouts.CONTEXT_PARAMS.byteSize()).isEqualTo(160);
        assertThat(Layouts.BATCH.byteSize()).isEqualTo(56);
        assertThat(Layouts.TOKEN_DATA.byteSize()).isEqualTo(12);
        assertThat(Layouts.TOKEN_DATA_ARRAY.byteSize()).isEqualTo(32);
        assertThat(Layouts.THREADPOOL_PARAMS.byteSize()).isEqualTo(528);
    }

    @Test
    void acceptsTheExpectedDefaults() {
        MemorySegment written = written(4, 0L);
        assertThatCode(() -> LayoutCheck.verify("thing", written, LAYOUT, DEFAULTS))
                .doesNotThrowAnyException();
    }

    @Test
    void seesAShiftedField() {
        MemorySegment written = written(0, 4L);
        assertThatThrownBy(() -> LayoutCheck.verify("thing", written, LAYOUT, DEFAULTS))
                .isInstanceOf(EngineException.Unloadable.class)
                .hasMessageContaining("thing.count is 0 by default, not 4")
                .hasMessageContaining("LLAMERO_LIBLLAMA");
    }

    @Test
    void seesAFieldThatIsNotZero() {
        MemorySegment written = written(4, 1L);
        assertThatThrownBy(() -> LayoutCheck.verify("thing", written, LAYOUT, DEFAULTS))
                .hasMessageContaining("thing.size is 1 by default, not 0");
    }

    @Test
    void seesAStructThatHasGrown() {
        MemorySegment written = written(4, 0L);
        written.set(JAVA_BYTE, LAYOUT.byteSize(), (byte) 0);
        assertThatThrownBy(() -> LayoutCheck.verify("thing", written, LAYOUT, DEFAULTS))
                .hasMessageContaining("thing is larger than 16 bytes");
    }

    private static MemorySegment written(int count, long size) {
        MemorySegment segment = Arena.ofAuto().allocate(32, 8).fill((byte) 0xA5);
        segment.set(JAVA_INT, 0, count);
        segment.set(JAVA_INT, 4, 0);
        segment.set(JAVA_LONG, 8, size);
        return segment;
    }
}
