package dev.llamero.models.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** The steps after which a file is whole or absent, whenever the process or the machine dies. */
final class DiskFiles {
    private DiskFiles() {}

    /** A new file of an unused name; unlike a temporary file of the JVM it has the rights that the umask gives. */
    static Path newFile(Path folder, String prefix) throws IOException {
        Files.createDirectories(folder);
        return folder.resolve(prefix + UUID.randomUUID().toString().replace("-", ""));
    }

    static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Gives a file, whose bytes are on the disk, its final name. */
    static void settle(Path file, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException(file + " and " + target + " must be on one file system", e);
        }
        force(target.getParent());
    }

    /** Makes the names in a folder last; where folders cannot be opened (Windows) the system does so itself. */
    private static void force(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
