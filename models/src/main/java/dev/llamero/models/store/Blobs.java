package dev.llamero.models.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The blobs of a store. Any thread; other processes may use the same folder.
 *
 * <p>A file under a blob's final name is whole. Everything else in the folder (uploads, parts of downloads) has a name
 * that is no digest, and is removed at some later start if its process died.
 */
public final class Blobs {
    /** Begins the name of a folder in which the parts of a split model have their own names. */
    public static final String LINKS = "split-gguf-";

    private static final String UNFINISHED = "sha256-";
    private static final int COPY_BYTES = 1 << 18;

    private final Path folder;

    /**
     * A blob just written.
     *
     * @param size in bytes
     * @param isNew whether it was not there before
     */
    public record Added(Digest digest, long size, boolean isNew) {}

    Blobs(Path folder) {
        this.folder = folder;
    }

    /** The folder, which need not exist. */
    public Path folder() {
        return folder;
    }

    /** Where the blob is, if it is there. */
    public Path path(Digest digest) {
        return folder.resolve(digest.fileName());
    }

    /** Where a download of it is kept until it is whole. */
    public Path partial(Digest digest) {
        return folder.resolve(digest.fileName() + "-partial");
    }

    /** Where the state of one part of such a download is kept. */
    public Path partial(Digest digest, int part) {
        return folder.resolve(digest.fileName() + "-partial-" + part);
    }

    public boolean has(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /** @throws NoSuchFileException if it is not there */
    public long size(Digest digest) throws IOException {
        return Files.size(path(digest));
    }

    /**
     * Reads a small blob.
     *
     * @throws IOException if it is larger than so many bytes
     */
    public byte[] read(Digest digest, long bytesMax) throws IOException {
        if (size(digest) > bytesMax) {
            throw new IOException("blob " + digest + " is larger than " + bytesMax + " bytes");
        }
        return Files.readAllBytes(path(digest));
    }

    /** Begins a new blob. */
    public BlobWriter writer() throws IOException {
        return new BlobWriter(this, DiskFiles.newFile(folder, UNFINISHED));
    }

    /** Writes a small blob whole. */
    public Added add(byte[] bytes) throws IOException {
        try (BlobWriter writer = writer()) {
            writer.write(bytes);
            return writer.commit();
        }
    }

    /** Writes a small text whole. */
    public Added add(String text) throws IOException {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes a finished file on the same file system the blob; the caller has checked its digest.
     *
     * @param file is gone afterwards
     */
    public void adopt(Path file, Digest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        DiskFiles.settle(file, path(digest));
    }

    /** A new name in the folder, for a file that others write and {@link #addFile} takes. */
    public Path newFile() throws IOException {
        return DiskFiles.newFile(folder, UNFINISHED);
    }

    /** Makes a file of this folder a blob under its own digest; the file is gone afterwards. */
    public Added addFile(Path file) throws IOException {
        MessageDigest algorithm = Digest.algorithm();
        byte[] buffer = new byte[COPY_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                algorithm.update(buffer, 0, read);
            }
        }
        long size = Files.size(file);
        Digest digest = Digest.finish(algorithm);
        boolean isNew = !has(digest);
        if (isNew) {
            adopt(file, digest);
        } else {
            Files.delete(file);
            touch(digest);
        }
        return new Added(digest, size, isNew);
    }

    /**
     * Checks that a file of this size fits.
     *
     * @throws IOException that says how much is missing
     */
    public void requireSpace(long bytes) throws IOException {
        Files.createDirectories(folder);
        long free = Files.getFileStore(folder).getUsableSpace();
        if (bytes > free) {
            throw new IOException("not enough disk space in " + folder + ": " + bytes + " bytes are needed and " + free
                    + " are free; delete models, or set OLLAMA_MODELS to another disk");
        }
    }

    /** Marks a blob as just used, so that no server that starts now removes it before a manifest names it. */
    public void touch(Digest digest) throws IOException {
        Files.setLastModifiedTime(path(digest), FileTime.from(Instant.now()));
    }

    /** Removes a blob; no effect if it is not there. Whether a manifest needs it is for {@link StoreFolder} to know. */
    public boolean delete(Digest digest) throws IOException {
        return Files.deleteIfExists(path(digest));
    }

    /** All blobs. */
    public List<Digest> list() throws IOException {
        return files().stream().flatMap(file -> digestOf(file).stream()).toList();
    }

    static Optional<Digest> digestOf(Path file) {
        return Digest.parse(file.getFileName().toString());
    }

    /** Folders left by processes that died while they joined a split model. */
    List<Path> linkFolders() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> entry.getFileName().toString().startsWith(LINKS))
                    .toList();
        }
    }

    /** Every file of the folder, blob or not. */
    List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isRegularFile).toList();
        }
    }
}
