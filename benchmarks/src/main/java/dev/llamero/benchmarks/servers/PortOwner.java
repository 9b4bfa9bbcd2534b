package dev.llamero.benchmarks.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the process that listens on a port of this machine, if this user may know. */
public final class PortOwner {
    private static final String LISTENING = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private PortOwner() {}

    public static Optional<ProcessHandle> of(int port) {
        List<String> sockets = Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(table -> inodes(Path.of(table), port))
                .map(inode -> "socket:[" + inode + "]")
                .toList();
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), sockets))
                .findFirst();
    }

    private static Stream<String> inodes(Path table, int port) {
        try {
            String wanted = String.format(":%04X", port);
            return Files.readAllLines(table).stream()
                    .skip(1)
                    .map(line -> line.trim().split("\\s+"))
                    .filter(fields -> fields[LOCAL_ADDRESS].endsWith(wanted) && fields[STATE].equals(LISTENING))
                    .map(fields -> fields[INODE]);
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static boolean holds(long pid, List<String> sockets) {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.anyMatch(link -> sockets.contains(linkTarget(link)));
        } catch (IOException | java.io.UncheckedIOException e) {
            return false;
        }
    }

    private static String linkTarget(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
