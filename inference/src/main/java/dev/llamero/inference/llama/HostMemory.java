package dev.llamero.inference.llama;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What the machine, or the control group that the process lives in, has left of main memory and of cores. */
final class HostMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CONTROL_GROUP = Path.of("/sys/fs/cgroup");
    private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");

    private HostMemory() {}

    /** Bytes that can be allocated without swapping; {@link Long#MAX_VALUE} if the system does not tell. */
    static long availableBytes() {
        return availableBytes(MEMINFO, CONTROL_GROUP);
    }

    static long availableBytes(Path meminfo, Path controlGroup) {
        long machine = keyed(meminfo, "MemAvailable:").orElse(Long.MAX_VALUE / 1024) * 1024;
        OptionalLong max = number(controlGroup.resolve("memory.max"));
        OptionalLong current = number(controlGroup.resolve("memory.current"));
        if (max.isEmpty() || current.isEmpty()) {
            return machine;
        }
        // Cached file pages count as used there, but are given back when asked for.
        long cached =
                keyed(controlGroup.resolve("memory.stat"), "inactive_file").orElse(0);
        return Math.min(machine, Math.max(0, max.getAsLong() - current.getAsLong() + cached));
    }

    /** Cores for computing: physical ones, and not more than the process may use. */
    static int cores() {
        return cores(PROCESSORS, Runtime.getRuntime().availableProcessors());
    }

    static int cores(Path processors, int available) {
        long physical = 0;
        for (int cpu = 0; Files.isDirectory(processors.resolve("cpu" + cpu)); cpu++) {
            List<String> siblings = lines(processors.resolve("cpu" + cpu + "/topology/thread_siblings_list"));
            // A core is counted at the first of its hardware threads ("0,4" or "0-1").
            if (!siblings.isEmpty() && siblings.getFirst().matches(cpu + "([,-].*)?")) {
                physical++;
            }
        }
        return physical == 0 ? available : (int) Math.min(available, physical);
    }

    private static OptionalLong keyed(Path file, String key) {
        return lines(file).stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals(key))
                .mapToLong(words -> Long.parseLong(words[1]))
                .findFirst();
    }

    /** A number in a file of its own; empty if the file is absent or says "max". */
    private static OptionalLong number(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() || !lines.getFirst().matches("\\d{1,18}")
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(lines.getFirst()));
    }

    private static List<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            System.getLogger(HostMemory.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot read " + file + ": " + e.getMessage());
            return List.of();
        }
    }
}
