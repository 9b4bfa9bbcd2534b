package dev.llamero.models.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The manifests of a store: one file per model, in folders for host, namespace and model. Any thread; other processes
 * may use the same folder.
 */
public final class Manifests {
    private static final System.Logger LOG = System.getLogger(Manifests.class.getName());
    private static final long BYTES_MAX = 32 << 20;
    private static final int FILES_MAX = 10_000;
    private static final int DEPTH = 4;
    /** Beside the hosts, where neither Ollama nor we look for models. */
    static final String UNFINISHED = ".unfinished-";

    private final Path folder;

    /**
     * A manifest as it lies on the disk.
     *
     * @param name as its folders spell it
     * @param digest of the file's bytes
     * @param modified time of the file
     */
    public record Stored(ModelName name, Manifest manifest, Digest digest, Instant modified) {}

    Manifests(Path folder) {
        this.folder = folder;
    }

    /** The folder, which need not exist. */
    public Path folder() {
        return folder;
    }

    private Path path(ModelName name) {
        return folder.resolve(name.host())
                .resolve(name.namespace())
                .resolve(name.model())
                .resolve(name.tag());
    }

    /** Names of all models, sorted by their path; whether their manifests can be read is not looked at. */
    public List<ModelName> names() {
        var names = new ArrayList<ModelName>();
        for (Path file : files()) {
            Path parts = folder.relativize(file);
            ModelName.of(part(parts, 0), part(parts, 1), part(parts, 2), part(parts, 3))
                    .ifPresent(names::add);
        }
        return names;
    }

    private static String part(Path parts, int index) {
        return parts.getName(index).toString();
    }

    private List<Path> files() {
        List<Path> level = List.of(folder);
        for (int depth = 0; depth < DEPTH; depth++) {
            var next = new ArrayList<Path>();
            level.forEach(parent -> next.addAll(entries(parent)));
            level = next;
        }
        return level.stream()
                .filter(Files::isRegularFile)
                .limit(FILES_MAX)
                .sorted()
                .toList();
    }

    private static List<Path> entries(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.toList();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot list the store's folder " + parent + ": " + e);
            return List.of();
        }
    }

    /** All manifests; one that cannot be read is left out with a line in the log. */
    public List<Stored> list() {
        var all = new ArrayList<Stored>();
        for (ModelName name : names()) {
            try {
                all.add(read(name));
            } catch (NoSuchFileException e) {
                LOG.log(System.Logger.Level.DEBUG, name.display() + " was deleted just now");
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "left out " + name.display() + ": " + e.getMessage());
            }
        }
        return all;
    }

    /**
     * The manifest of exactly this name.
     *
     * @throws NoSuchFileException if there is none
     */
    public Stored read(ModelName name) throws IOException {
        Path file = path(name);
        byte[] bytes = bytes(file);
        return new Stored(
                name,
                Manifest.parse(bytes),
                Digest.of(bytes),
                Files.getLastModifiedTime(file).toInstant());
    }

    /** The bytes of a manifest, as they lie on the disk. */
    public byte[] bytes(ModelName name) throws IOException {
        return bytes(path(name));
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException(file + " is larger than " + BYTES_MAX + " bytes");
        }
        return Files.readAllBytes(file);
    }

    /** Whether there is a manifest of exactly this name. */
    public boolean has(ModelName name) {
        return Files.isRegularFile(path(name));
    }

    /** The name of an installed model that differs at most in case. */
    public Optional<ModelName> installed(ModelName name) {
        return has(name)
                ? Optional.of(name)
                : names().stream().filter(name::sameAs).findFirst();
    }

    /**
     * The name with each part spelled as installed models spell it: what is written under it replaces a model that
     * differs only in case.
     */
    public ModelName spelling(ModelName name) {
        Optional<ModelName> whole = installed(name);
        if (whole.isPresent()) {
            return name.spelledAs(whole.get());
        }
        ModelName spelled = name;
        for (ModelName known : names()) {
            spelled = spelled.spelledAs(known);
        }
        return spelled;
    }

    /** Writes a manifest in one step: readers see the old one or the new one. */
    void write(ModelName name, byte[] bytes) throws IOException {
        Path unfinished = DiskFiles.newFile(folder, UNFINISHED);
        try {
            try (FileChannel channel = DiskFiles.create(unfinished)) {
                for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            DiskFiles.settle(unfinished, path(name));
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /**
     * Removes a manifest, and the folders that have become empty.
     *
     * @throws NoSuchFileException if there is none
     */
    void delete(ModelName name) throws IOException {
        Path file = path(name);
        Files.delete(file);
        Path parent = file.getParent();
        while (!parent.equals(folder) && deleteIfEmpty(parent)) {
            parent = parent.getParent();
        }
    }

    private static boolean deleteIfEmpty(Path directory) throws IOException {
        try {
            return !Files.isSymbolicLink(directory) && Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            LOG.log(System.Logger.Level.TRACE, directory + " is not empty");
            return false;
        }
    }

    /** Removes every empty folder below the manifests. */
    void deleteEmptyFolders() throws IOException {
        if (Files.isDirectory(folder)) {
            deleteEmpty(folder, 0);
        }
    }

    private static void deleteEmpty(Path parent, int depth) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
            for (Path entry : entries) {
                if (depth < 2 * DEPTH && Files.isDirectory(entry) && !Files.isSymbolicLink(entry)) {
                    deleteEmpty(entry, depth + 1);
                    deleteIfEmpty(entry);
                }
            }
        }
    }
}
