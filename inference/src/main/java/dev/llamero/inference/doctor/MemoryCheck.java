package dev.llamero.inference.doctor;

import dev.llamero.inference.ServerPlan;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import dev.llamero.models.MemoryFit;
import dev.llamero.models.store.Manifests;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Which models fit into what is free of main memory. */
final class MemoryCheck {
    private static final String AREA = "memory";
    private static final String WEIGHTS = "application/vnd.ollama.image.model";
    private static final int MODELS_MAX = 200;

    private MemoryCheck() {}

    static List<Finding> check(Machine machine, ServerPlan plan) {
        OptionalLong free = free(machine);
        if (free.isEmpty()) {
            return List.of(Finding.note(AREA, "the system does not tell how much memory is free", ""));
        }
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok(AREA, Sizes.text(free.getAsLong()) + " of main memory are free"));
        models(plan).forEach((name, file) -> findings.add(fit(name, file, plan, free.getAsLong())));
        return findings;
    }

    /** Bytes that can be taken without swapping, as {@code /proc/meminfo} has them. */
    private static OptionalLong free(Machine machine) {
        Path meminfo = machine.proc("meminfo");
        if (!Files.isReadable(meminfo)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(meminfo, StandardCharsets.UTF_8).stream()
                    .filter(line -> line.matches("MemAvailable:\\s+\\d+ kB"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static Finding fit(String name, Path file, ServerPlan plan, long free) {
        try {
            GgufFile header = GgufFile.read(file, GgufReadOption.OMIT_LARGE_ARRAYS, GgufReadOption.ALLOW_MISSING_DATA);
            MemoryFit fit = MemoryFit.of(header, plan.contextTokens(), plan.kvType());
            String needs = name + " needs " + Sizes.text(fit.totalBytes());
            if (fit.fits(free)) {
                return Finding.ok(AREA, needs);
            }
            return Finding.note(
                    AREA,
                    needs + ", more than is free of main memory",
                    "a GPU takes what fits of it; else a shorter --num-ctx, OLLAMA_KV_CACHE_TYPE=q8_0, or a smaller"
                            + " model (`llamero fit " + file + "` tells more)");
        } catch (IOException | IllegalArgumentException e) {
            return Finding.broken(
                    AREA, name + " cannot be read as a model: " + e.getMessage(), "pull or copy " + file + " again");
        }
    }

    private static Map<String, Path> models(ServerPlan plan) {
        Map<String, Path> models = new LinkedHashMap<>();
        plan.folders().forEach(folder -> loose(folder, models));
        plan.store().filter(Files::isDirectory).map(StoreFolder::new).ifPresent(store -> {
            for (Manifests.Stored stored : store.manifests().list()) {
                stored.manifest()
                        .layer(WEIGHTS)
                        .filter(layer -> store.blobs().has(layer.digest()) && models.size() < MODELS_MAX)
                        .ifPresent(layer -> models.put(
                                stored.name().display(), store.blobs().path(layer.digest())));
            }
        });
        return models;
    }

    private static void loose(Path folder, Map<String, Path> models) {
        if (Files.isRegularFile(folder)) {
            models.put(folder.getFileName().toString(), folder);
        } else if (Files.isReadable(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".gguf"))
                        .limit(MODELS_MAX)
                        .sorted()
                        .forEach(file -> models.put(file.getFileName().toString(), file));
            } catch (IOException e) {
                System.getLogger(MemoryCheck.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot list " + folder + ": " + e.getMessage());
            }
        }
    }
}
