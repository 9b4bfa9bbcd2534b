package dev.llamero.inference.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The files of one kind of cells, for one process at a time. A file appears whole or not at all: it is written under
 * another name, forced to the disk, and renamed. What is damaged or of another kind is set aside under the ending
 * {@code .damaged}, with one line in the log.
 *
 * <p>Any thread; a file is written, read or removed by one at a time. The opener closes it, which gives up the lock.
 */
public final class BlockFolder implements AutoCloseable {
    static final String ENDING = ".kv";
    static final String UNFINISHED = ".tmp";
    static final String DAMAGED = ".damaged";
    private static final String LOCK = "lock";
    static final String ABOUT = "about.txt";

    /** Damaged files that are kept for whoever wants to know why. */
    private static final int DAMAGED_MAX = 8;

    private static final System.Logger LOG = System.getLogger(BlockFolder.class.getName());

    /**
     * Folders that this process has open. Closing any channel of a lock's file gives up the process's lock on it
     * (POSIX), so that file is opened only under this set's monitor, and never where the folder is in it.
     */
    private static final Set<Path> HELD = new HashSet<>();

    private final DiskCache disk;
    private final Path folder;
    private final String kind;
    private final FileChannel lock;
    private final AtomicLong setAside = new AtomicLong();

    private BlockFolder(DiskCache disk, Path folder, String kind, FileChannel lock) {
        this.disk = disk;
        this.folder = folder;
        this.kind = kind;
        this.lock = lock;
    }

    /**
     * Opens a folder, made if it is absent.
     *
     * @param about one line for people: which model and which kind
     * @throws IOException if it cannot be made, or another process has it
     */
    static BlockFolder open(DiskCache disk, Path folder, String kind, String about) throws IOException {
        PrivateFiles.createFolder(folder);
        FileChannel lock = lock(folder);
        try {
            Files.writeString(folder.resolve(ABOUT), about + "\n", StandardCharsets.UTF_8);
            return new BlockFolder(disk, folder, kind, lock);
        } catch (IOException e) {
            unlock(folder, lock);
            throw e;
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        synchronized (HELD) {
            if (HELD.contains(folder)) {
                throw new IOException("this process already uses " + folder);
            }
            FileChannel lock =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                lock.close();
                throw new IOException("another process uses " + folder);
            }
            HELD.add(folder);
            return lock;
        }
    }

    private static void unlock(Path folder, FileChannel lock) {
        synchronized (HELD) {
            HELD.remove(folder);
            try {
                lock.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "cannot give up the lock of " + folder + ": " + e);
            }
        }
    }

    /** Whether nobody has a folder open, in this process or another: its files may be removed. */
    static boolean isFree(Path folder) {
        synchronized (HELD) {
            if (HELD.contains(folder)) {
                return false;
            }
            try (FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
                return lock.tryLock() != null;
            } catch (NoSuchFileException e) {
                return true;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is left alone: {1}", folder, e);
                return false;
            }
        }
    }

    /** A file that is there and whose header is right. */
    public record Entry(BlockHeader header, long fileBytes, Instant lastUsed) {}

    /** Looks at every file's header, sets aside what is none, and removes what a killed process left unfinished. */
    public List<Entry> scan() throws IOException {
        List<Entry> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(UNFINISHED)) {
                    Files.deleteIfExists(file);
                } else if (name.endsWith(ENDING)) {
                    look(file, found);
                }
            }
        }
        return found;
    }

    private void look(Path file, List<Entry> found) {
        try {
            found.add(entry(file, kind));
        } catch (IOException e) {
            setAside(file, e);
        }
    }

    /** A file's header, checked against its name, its length and the kind that is wanted; null for any kind. */
    static Entry entry(Path file, String kind) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            BlockHeader header = header(channel, size);
            if (kind != null && !header.kind().equals(kind)) {
                throw new IOException("it holds cells of another model, library or setting");
            }
            if (!file.getFileName().toString().equals(header.name() + ENDING)) {
                throw new IOException("its name does not fit its contents");
            }
            return new Entry(header, size, Files.getLastModifiedTime(file).toInstant());
        }
    }

    private static BlockHeader header(FileChannel channel, long size) throws IOException {
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(size, BlockHeader.BYTES_MAX));
        readFully(channel, start, 0);
        BlockHeader header = BlockHeader.decode(start.flip());
        if (size != header.headerBytes() + header.payloadBytes()) {
            throw new IOException(
                    "it has " + size + " bytes instead of " + (header.headerBytes() + header.payloadBytes()));
        }
        return header;
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long at) throws IOException {
        long position = at;
        while (into.hasRemaining()) {
            int read = channel.read(into, position);
            if (read < 0) {
                return;
            }
            position += read;
        }
    }

    /**
     * Writes a block.
     *
     * @param cells from position to limit; not changed
     * @return bytes of the file; 0 if there is no room on the disk for it now
     */
    public long write(String salt, String parent, int from, int[] tokens, ByteBuffer cells) throws IOException {
        BlockHeader header = new BlockHeader(
                kind,
                salt,
                parent,
                from,
                tokens,
                cells.remaining(),
                System.currentTimeMillis(),
                BlockHeader.crc(cells));
        long bytes = header.headerBytes() + header.payloadBytes();
        if (!disk.reserve(bytes, folder)) {
            return 0;
        }
        Path file = file(header.name());
        Path unfinished = folder.resolve(header.name() + UNFINISHED);
        boolean done = false;
        try {
            long before = Files.exists(file) ? Files.size(file) : 0;
            try (FileChannel channel = PrivateFiles.create(unfinished)) {
                writeFully(channel, header.encode());
                writeFully(channel, cells.duplicate());
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            done = true;
            disk.release(before);
            return bytes;
        } finally {
            if (!done) {
                disk.release(bytes);
                Files.deleteIfExists(unfinished);
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Reads a block's cells, all of them checked.
     *
     * @param wanted what the file was when it was found
     * @param into exactly as long as the cells; its contents count only if this gives true
     * @return false if the file is damaged or not the same any more; then it was set aside
     */
    public boolean read(String name, int[] tokens, ByteBuffer into) {
        Path file = file(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            BlockHeader header = header(channel, channel.size());
            if (!header.kind().equals(kind)
                    || !header.name().equals(name)
                    || !Arrays.equals(header.tokens(), tokens)
                    || header.payloadBytes() != into.remaining()) {
                throw new IOException("it does not hold what it did");
            }
            ByteBuffer payload = into.duplicate();
            readFully(channel, payload, header.headerBytes());
            if (payload.hasRemaining() || BlockHeader.crc(into) != header.payloadCrc()) {
                throw new IOException("the checksum of its cells is wrong");
            }
        } catch (NoSuchFileException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is gone", file);
            return false;
        } catch (IOException e) {
            setAside(file, e);
            return false;
        }
        touch(file);
        return true;
    }

    /** The time of last use outlives the process as the file's. */
    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot set the time of {0}: {1}", file, e);
        }
    }

    /** Removes a block's file, if it is there. */
    public void delete(String name) {
        try {
            Path file = file(name);
            long bytes = Files.exists(file) ? Files.size(file) : 0;
            if (Files.deleteIfExists(file)) {
                disk.release(bytes);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove " + file(name) + ": " + e);
        }
    }

    /** How many files were set aside since it was opened. */
    public long setAside() {
        return setAside.get();
    }

    private void setAside(Path file, IOException reason) {
        setAside.incrementAndGet();
        LOG.log(
                System.Logger.Level.WARNING,
                "The cached conversation in " + file + " is set aside: " + reason.getMessage());
        try {
            if (Files.exists(file)) {
                disk.release(Files.size(file));
                Files.move(
                        file, file.resolveSibling(file.getFileName() + DAMAGED), StandardCopyOption.REPLACE_EXISTING);
                keepFewDamaged();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot set " + file + " aside: " + e);
        }
    }

    private void keepFewDamaged() throws IOException {
        List<Path> damaged = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + DAMAGED)) {
            files.forEach(damaged::add);
        }
        damaged.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
        for (int i = 0; i < damaged.size() - DAMAGED_MAX; i++) {
            Files.deleteIfExists(damaged.get(i));
        }
    }

    private Path file(String name) {
        return folder.resolve(name + ENDING);
    }

    /** Hex SHA-256 of what the cells belong to. */
    public String kind() {
        return kind;
    }

    Path folder() {
        return folder;
    }

    /** Lets others open the folder; the files stay. */
    @Override
    public void close() {
        disk.closed(this);
        unlock(folder, lock);
    }
}
