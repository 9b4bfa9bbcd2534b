package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
    @TempDir
    Path folder;

    private Path meminfo;

    @BeforeEach
    void machineWithEightMebibytesFree() throws IOException {
        meminfo = Files.writeString(folder.resolve("meminfo"), "MemTotal: 16384 kB\nMemAvailable:    8192 kB\n");
    }

    @Test
    void isTheMachinesWithoutALimit() throws IOException {
        assertThat(HostMemory.availableBytes(meminfo, folder)).isEqualTo(8L << 20);
        Files.writeString(folder.resolve("memory.max"), "max\n");
        Files.writeString(folder.resolve("memory.current"), "1\n");
        assertThat(HostMemory.availableBytes(meminfo, folder)).isEqualTo(8L << 20);
    }

    @Test
    void isWhatTheControlGroupLeavesWithCacheCountedAsFree() throws IOException {
        Files.writeString(folder.resolve("memory.max"), (4 << 20) + "\n");
        Files.writeString(folder.resolve("memory.current"), (3 << 20) + "\n");
        assertThat(HostMemory.availableBytes(meminfo, folder)).isEqualTo(1L << 20);
        Files.writeString(folder.resolve("memory.stat"), "anon 5\ninactive_file " + (2 << 20) + "\n");
        assertThat(HostMemory.availableBytes(meminfo, folder)).isEqualTo(3L << 20);
    }

    @Test
    void countsPhysicalCoresUpToWhatTheProcessMayUse() throws IOException {
        for (int cpu = 0; cpu < 4; cpu++) {
            Path topology = Files.createDirectories(folder.resolve("cpu" + cpu + "/topology"));
            Files.writeString(topology.resolve("thread_siblings_list"), cpu % 2 + "," + (cpu % 2 + 2) + "\n");
        }
        assertThat(HostMemory.cores(folder, 4)).isEqualTo(2);
        assertThat(HostMemory.cores(folder, 1)).isEqualTo(1);
        assertThat(HostMemory.cores(folder.resolve("nowhere"), 3)).isEqualTo(3);
    }
}
