package dev.llamero.inference.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which process listens on a port, from {@code /proc}; only processes of the same user can be seen. */
final class PortOwner {
    private static final String LISTENING = "0A";
    private static final int INODE = 9;
    private static final int COMMAND_MAX = 60;

    private PortOwner() {}

    /** The command and process id; empty if it cannot be told. */
    static String of(Machine machine, int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            sockets.addAll(sockets(machine.proc(table), port));
        }
        if (sockets.isEmpty()) {
            return "";
        }
        try (Stream<Path> processes = Files.list(machine.proc(""))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> holds(process.resolve("fd"), sockets))
                    .findFirst()
                    .flatMap(PortOwner::describe)
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static Set<String> sockets(Path table, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        Set<String> found = new HashSet<>();
        if (Files.isReadable(table)) {
            try {
                for (String line : Files.readAllLines(table, StandardCharsets.UTF_8)) {
                    String[] words = line.strip().split("\\s+");
                    if (words.length > INODE && words[1].endsWith(suffix) && words[3].equals(LISTENING)) {
                        found.add("socket:[" + words[INODE] + "]");
                    }
                }
            } catch (IOException e) {
                return Set.of();
            }
        }
        return found;
    }

    private static boolean holds(Path files, Set<String> sockets) {
        if (!Files.isReadable(files)) {
            return false;
        }
        try (Stream<Path> links = Files.list(files)) {
            return links.anyMatch(link -> {
                try {
                    return sockets.contains(Files.readSymbolicLink(link).toString());
                } catch (IOException e) {
                    // Closed meanwhile.
                    return false;
                }
            });
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> describe(Path process) {
        try {
            String command = Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
                    .replace('\0', ' ')
                    .strip();
            String shown =
                    command.contains("dev.llamero.") ? command.replaceAll(".*(dev\\.llamero\\.\\S+).*", "$1") : command;
            return Optional.of((shown.length() > COMMAND_MAX ? shown.substring(0, COMMAND_MAX) + "..." : shown)
                    + " (pid " + process.getFileName() + ")");
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
