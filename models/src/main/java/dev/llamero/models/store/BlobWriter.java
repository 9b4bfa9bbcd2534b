package dev.llamero.models.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A blob in the making: bytes go to a file beside the blobs, which becomes one only when it is whole and on the disk.
 * Used by one thread, which closes it; without a commit the bytes are thrown away.
 */
public final class BlobWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Blobs blobs;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest algorithm = Digest.algorithm();
    private long size;

    BlobWriter(Blobs blobs, Path file) throws IOException {
        this.blobs = blobs;
        this.file = file;
        this.channel = DiskFiles.create(file);
    }

    /** Appends bytes. */
    public void write(byte[] bytes, int from, int count) throws IOException {
        algorithm.update(bytes, from, count);
        for (var rest = ByteBuffer.wrap(bytes, from, count); rest.hasRemaining(); ) {
            channel.write(rest);
        }
        size += count;
    }

    /** Appends bytes. */
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /** Appends all that a stream has left. */
    public void writeAll(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            write(buffer, 0, read);
        }
    }

    /** Bytes so far. */
    public long size() {
        return size;
    }

    /** The file until the commit, for those that let others write it. */
    public Path file() {
        return file;
    }

    /** Makes the bytes a blob under their own digest. */
    public Blobs.Added commit() throws IOException {
        Digest digest = Digest.finish(algorithm);
        boolean isNew = !blobs.has(digest);
        if (isNew) {
            channel.force(true);
        }
        channel.close();
        if (isNew) {
            DiskFiles.settle(file, blobs.path(digest));
        } else {
            blobs.touch(digest);
        }
        return new Blobs.Added(digest, size, isNew);
    }

    /**
     * Makes the bytes a blob.
     *
     * @throws DigestMismatchException if they have another digest
     */
    public Blobs.Added commit(Digest expected) throws IOException {
        Digest actual = Digest.finish(clone(algorithm));
        if (!actual.equals(expected)) {
            throw new DigestMismatchException(expected, actual);
        }
        return commit();
    }

    private static MessageDigest clone(MessageDigest algorithm) {
        try {
            return (MessageDigest) algorithm.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 of this Java cannot be asked twice", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
