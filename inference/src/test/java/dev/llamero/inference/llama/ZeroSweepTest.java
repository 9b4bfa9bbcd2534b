package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a block of memory between two lines of llama.cpp's log. */
@Timeout(120)
class ZeroSweepTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int MIB = 1 << 20;
    private static final int BLOCK_MIB = 192;

    private final MethodHandle posixMemalign =
            Native.libraryHandle("posix_memalign", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private final MethodHandle free = Native.libraryHandle("free", FunctionDescriptor.ofVoid(ADDRESS));

    private static long residentMib() throws IOException {
        String line = Files.readAllLines(STATUS).stream()
                .filter(each -> each.startsWith("RssAnon:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }

    @Test
    void zerosGoWhileTheyAreWrittenAndWhatComesAfterStays() throws Throwable {
        assumeTrue(Files.isReadable(STATUS), "no /proc here");
        ZeroPages zeros = ZeroPages.before();
        BufferSizes buffers = new BufferSizes();
        try (Arena arena = Arena.ofConfined();
                var sweep = new ZeroSweep(zeros, buffers)) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            long bytes = (long) BLOCK_MIB * MIB;
            assertThat((int) posixMemalign.invokeExact(pointer, 64L, bytes)).isZero();
            MemorySegment block = Native.bytes(pointer.get(ADDRESS, 0), bytes);
            try {
                assumeTrue(!zeros.blocks(bytes).isEmpty(), "this C library's blocks are not known");
                long before = residentMib();
                sweep.accept(NativeLog.INFO, "llama_kv_cache: CPU KV buffer size = " + BLOCK_MIB + ".00 MiB");
                block.fill((byte) 0);
                while (residentMib() - before > BLOCK_MIB / 4) {
                    Thread.sleep(1);
                }
                sweep.accept(NativeLog.INFO, "llama_kv_cache: size = " + BLOCK_MIB + ".00 MiB");
                block.fill((byte) 7);
                assertThat(residentMib() - before).isGreaterThan(BLOCK_MIB / 2);
                MemorySegment sevens = arena.allocate(MIB).fill((byte) 7);
                for (long at = 0; at < bytes; at += MIB) {
                    assertThat(block.asSlice(at, MIB).mismatch(sevens)).isEqualTo(-1);
                }
                assertThat(buffers.hostKvBytes()).isEqualTo(bytes);
            } finally {
                free.invokeExact(block);
            }
        }
    }
}
