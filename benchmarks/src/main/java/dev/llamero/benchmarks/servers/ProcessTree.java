package dev.llamero.benchmarks.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process and all that it has started, as {@code /proc} counts them. Any thread may ask; a process that ends in
 * between counts as nothing. Where there is no {@code /proc} all figures are zero.
 */
public final class ProcessTree {
    /**
     * Linux gives times in hundredths of a second to user space, whatever its own clock ({@code sysconf(_SC_CLK_TCK)}).
     */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private final ProcessHandle root;

    /** The tree below a process. */
    public ProcessTree(ProcessHandle root) {
        this.root = root;
    }

    /** Seconds of CPU that the living processes have used since they began. */
    public double cpuSeconds() {
        return pids().stream().mapToDouble(ProcessTree::cpuSeconds).sum();
    }

    /** Bytes in main memory now, shared pages counted in each process. */
    public long residentBytes() {
        return pids().stream().mapToLong(pid -> status(pid, "VmRSS:") * 1024).sum();
    }

    /** Threads of all processes. */
    public int threads() {
        return (int) pids().stream().mapToLong(pid -> status(pid, "Threads:")).sum();
    }

    private List<Long> pids() {
        return Stream.concat(Stream.of(root), root.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    private static double cpuSeconds(long pid) {
        // The command's name may hold spaces and brackets; what follows its last bracket is numbers.
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
        if (fields.length <= SYSTEM_TICKS) {
            return 0;
        }
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
    }

    private static long status(long pid, String name) {
        return read(Path.of("/proc/" + pid + "/status"))
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .orElse(0L);
    }

    private static String read(Path path) {
        try {
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
