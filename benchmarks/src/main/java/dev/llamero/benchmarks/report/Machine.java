package dev.llamero.benchmarks.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a reader must know of the machine. Names neither host nor user. */
public final class Machine {
    private Machine() {}

    /** Processor, memory, system and Java. */
    public static Map<String, String> describe() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("processor", processor());
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        field("/proc/meminfo", "MemTotal")
                .ifPresent(text -> facts.put(
                        "memory", Math.round(Long.parseLong(text.replaceAll("\\D", "")) / 1024.0 / 1024) + " GiB"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        return facts;
    }

    /** A short name for a folder: the processor's and the number of cores. */
    public static String label() {
        String name = processor().toLowerCase(Locale.ROOT).replaceAll("\\([^)]*\\)|@.*|processor|cpu", "");
        String slug = name.replaceAll("[^a-z0-9.]+", "-").replaceAll("^-|-$", "");
        return slug.substring(0, Math.min(30, slug.length())) + "-"
                + Runtime.getRuntime().availableProcessors() + "-cores";
    }

    private static String processor() {
        return field("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch"));
    }

    private static Optional<String> field(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8).stream()
                    .filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).trim());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
