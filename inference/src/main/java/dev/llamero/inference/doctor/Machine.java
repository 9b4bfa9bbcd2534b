package dev.llamero.inference.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where the checks look; tests make one up.
 *
 * @param root of the file system that holds {@code /proc} and {@code /dev}
 * @param javaFeature version of Java, such as 25
 * @param javaHome folder of the running Java
 * @param programs runs a program and gives what it printed; empty if it is absent or fails
 */
public record Machine(
        Map<String, String> environment, Path home, Path root, int javaFeature, Path javaHome, Programs programs) {
    private static final int SECONDS_MAX = 10;

    /** Runs programs. */
    @FunctionalInterface
    public interface Programs {
        /** @param command program and arguments */
        Optional<String> output(List<String> command);
    }

    /** The one that this process runs on. */
    public static Machine here(Map<String, String> environment, Path home) {
        return new Machine(
                environment,
                home,
                Path.of("/"),
                Runtime.version().feature(),
                Path.of(System.getProperty("java.home")),
                Machine::run);
    }

    Path proc(String file) {
        return root.resolve("proc").resolve(file);
    }

    private static Optional<String> run(List<String> command) {
        try {
            // Discarded errors and an early end keep a chatty or hanging program from holding the doctor up.
            Path output = Files.createTempFile("llamero-doctor", ".txt");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectOutput(output.toFile())
                        .start();
                process.getOutputStream().close();
                if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return Optional.empty();
                }
                return process.exitValue() == 0
                        ? Optional.of(Files.readString(output, StandardCharsets.UTF_8))
                        : Optional.empty();
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            System.getLogger(Machine.class.getName()).log(System.Logger.Level.DEBUG, command + " failed", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
