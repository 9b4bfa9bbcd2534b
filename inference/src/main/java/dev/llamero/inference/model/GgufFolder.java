package dev.llamero.inference.model;

import dev.llamero.models.store.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Loose GGUF files: those of a folder, or one named file. A file's name without its ending is the model's name.
 *
 * <p>Files of a split model count once, by their first part. Any thread.
 */
public final class GgufFolder implements ModelStore.Source {
    private static final System.Logger LOG = System.getLogger(GgufFolder.class.getName());
    private static final Pattern LATER_PART = Pattern.compile(".*-(?!00001)\\d{5}-of-\\d{5}\\.gguf");
    private static final Pattern PART = Pattern.compile("-00001-of-\\d{5}$");

    private final List<Path> places;
    private final FileDigests digests;
    private final HeaderCache headers = new HeaderCache();

    /**
     * A source over files and folders.
     *
     * @param places GGUF files, or folders that hold some; what does not exist counts as empty
     */
    public GgufFolder(List<Path> places, FileDigests digests) {
        this.places = List.copyOf(places);
        this.digests = digests;
    }

    @Override
    public List<LocalModel> list() {
        var models = new ArrayList<LocalModel>();
        for (Path file : files()) {
            model(file).ifPresent(models::add);
        }
        return models;
    }

    @Override
    public Optional<LocalModel> find(ModelName name) {
        return files().stream()
                .filter(file -> nameOf(file).filter(name::sameAs).isPresent())
                .findFirst()
                .flatMap(this::model);
    }

    private List<Path> files() {
        var files = new ArrayList<Path>();
        for (Path place : places) {
            if (Files.isRegularFile(place)) {
                files.add(place);
            } else if (Files.isDirectory(place)) {
                files.addAll(inFolder(place));
            }
        }
        return files;
    }

    private static List<Path> inFolder(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(GgufFolder::isModel).sorted().toList();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot list the model folder " + folder + ": " + e);
            return List.of();
        }
    }

    private static boolean isModel(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".gguf")
                && !name.startsWith("mmproj")
                && !LATER_PART.matcher(name).matches()
                && Files.isRegularFile(file);
    }

    /** Characters that a name may not have become dashes. */
    static Optional<ModelName> nameOf(Path file) {
        String stem = file.getFileName().toString().replaceFirst("(?i)\\.gguf$", "");
        String model = PART.matcher(stem)
                .replaceFirst("")
                .replaceAll("[^A-Za-z0-9_.-]", "-")
                .replaceFirst("^[.-]+", "");
        return ModelName.inLibrary(model);
    }

    private Optional<LocalModel> model(Path file) {
        try {
            Optional<ModelName> name = nameOf(file);
            if (name.isEmpty()) {
                LOG.log(System.Logger.Level.WARNING, "left out " + file + ": its name cannot name a model; rename it");
                return Optional.empty();
            }
            return Optional.of(new LocalModel(
                    name.get(),
                    file.toAbsolutePath(),
                    false,
                    Files.size(file),
                    () -> digests.of(file),
                    Files.getLastModifiedTime(file).toInstant(),
                    "",
                    LocalModel.Layers.NONE,
                    headers.header(file)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "left out " + file + ": " + e.getMessage());
            return Optional.empty();
        }
    }
}
