package dev.llamero.inference.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All folders of cells, and the bound on their bytes together. Where a new file wants room, the least recently used
 * files of models that are not loaded go first; a loaded model chooses among its own.
 *
 * <p>Any thread; one per process. Nothing to close.
 */
public final class DiskCache {
    /** So much of the disk is left to others, whatever the bound says. */
    private static final long FREE_BYTES_MIN = 1L << 30;

    private static final long BYTES_AUTO_MAX = 32L << 30;
    private static final int SHARE_OF_FREE = 4;

    private static final System.Logger LOG = System.getLogger(DiskCache.class.getName());

    private final Path root;
    private final OptionalLong asked;
    private final Set<Path> open = new HashSet<>();
    private long bytesMax;
    private long bytes;
    private boolean counted;

    /**
     * A cache in a folder, which is made when it is first opened.
     *
     * @param bytesMax most bytes of all files together; 0 for none, empty for a quarter of what the disk has free
     *     (these files included), at most 32 GiB
     */
    public DiskCache(Path root, OptionalLong bytesMax) {
        this.root = root;
        this.asked = bytesMax;
        this.bytesMax = bytesMax.orElse(0);
    }

    public boolean enabled() {
        return asked.isEmpty() || bytesMax > 0;
    }

    /** The bound; 0 until something was opened, if it is derived from the disk. */
    public synchronized long bytesMax() {
        return bytesMax;
    }

    /** Bytes of all files that count against the bound. */
    public synchronized long bytes() {
        return bytes;
    }

    /**
     * Opens the folder of one kind of cells.
     *
     * @param model its name, for people
     * @param kindText all that must be equal for cells to be usable, as text
     * @throws IOException if that is impossible now, with the reason
     */
    public BlockFolder open(String model, String kindText) throws IOException {
        String kind = BlockHeader.sha256(kindText);
        String readable = model.replaceAll("[^A-Za-z0-9._-]+", "-").replaceFirst("^[.-]+", "");
        Path folder = root.resolve(readable.substring(0, Math.min(80, readable.length())) + "-" + kind.substring(0, 16))
                .toAbsolutePath();
        PrivateFiles.createFolder(root);
        count();
        BlockFolder opened = BlockFolder.open(this, folder, kind, model + "\n" + kindText);
        synchronized (this) {
            open.add(folder);
        }
        return opened;
    }

    synchronized void closed(BlockFolder folder) {
        open.remove(folder.folder());
    }

    /** Counts the bytes that are there, once. */
    private synchronized void count() throws IOException {
        if (!counted) {
            for (Path folder : folders()) {
                bytes += files(folder, "*" + BlockFolder.ENDING).stream()
                        .mapToLong(Unloaded::bytes)
                        .sum();
            }
            long available = Files.getFileStore(root).getUsableSpace() + bytes;
            bytesMax = asked.orElse(Math.min(BYTES_AUTO_MAX, available / SHARE_OF_FREE));
            counted = true;
        }
    }

    /** Takes so many bytes of the bound, if need be from models that are not loaded. False if they cannot be had. */
    synchronized boolean reserve(long more, Path folder) throws IOException {
        if (Files.getFileStore(folder).getUsableSpace() < more + FREE_BYTES_MIN) {
            return false;
        }
        if (bytes + more > bytesMax) {
            trim(more);
        }
        if (bytes + more > bytesMax) {
            return false;
        }
        bytes += more;
        return true;
    }

    synchronized void release(long fewer) {
        bytes -= fewer;
    }

    /** Removes a little more than it must, since it has to look at all files for it. */
    private void trim(long more) throws IOException {
        long target = bytesMax - more - bytesMax / 16;
        Map<String, Path> places = new HashMap<>();
        List<BlockFolder.Entry> all = new ArrayList<>();
        for (Path folder : removable()) {
            for (BlockFolder.Entry entry : entries(folder)) {
                places.put(entry.header().name(), folder);
                all.add(entry);
            }
        }
        for (BlockFolder.Entry entry : leastUsedFirst(all)) {
            if (bytes <= target) {
                return;
            }
            String name = entry.header().name();
            if (Files.deleteIfExists(places.get(name).resolve(name + BlockFolder.ENDING))) {
                bytes -= entry.fileBytes();
            }
        }
    }

    /** A block counts as used when one that continues it was, so that ends go before beginnings. */
    private static List<BlockFolder.Entry> leastUsedFirst(List<BlockFolder.Entry> entries) {
        List<BlockFolder.Entry> deepestFirst = new ArrayList<>(entries);
        deepestFirst.sort(Comparator.comparingInt(
                        (BlockFolder.Entry entry) -> entry.header().from())
                .reversed());
        Map<String, Instant> used = new HashMap<>();
        for (BlockFolder.Entry entry : deepestFirst) {
            Instant last = used.merge(entry.header().name(), entry.lastUsed(), DiskCache::later);
            used.merge(entry.header().parent(), last, DiskCache::later);
        }
        // The sort is stable: among blocks of equal time the deepest stays first.
        deepestFirst.sort(Comparator.comparing(entry -> used.get(entry.header().name())));
        return deepestFirst;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static List<BlockFolder.Entry> entries(Path folder) throws IOException {
        List<BlockFolder.Entry> found = new ArrayList<>();
        for (Unloaded file : files(folder, "*" + BlockFolder.ENDING)) {
            try {
                found.add(BlockFolder.entry(file.file, null));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is passed over: {1}", file.file, e.getMessage());
            }
        }
        return found;
    }

    private record Unloaded(Path file, long bytes) {}

    private static List<Unloaded> files(Path folder, String pattern) throws IOException {
        List<Unloaded> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            for (Path file : files) {
                try {
                    found.add(new Unloaded(file, Files.size(file)));
                } catch (IOException e) {
                    // Another process that shares the folder may have removed it since it was listed.
                    LOG.log(System.Logger.Level.DEBUG, "{0} is gone: {1}", file, e);
                }
            }
        }
        return found;
    }

    private List<Path> folders() throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(root)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
                folders.forEach(folder -> found.add(folder.toAbsolutePath()));
            }
        }
        return found;
    }

    /**
     * The blocks of a model that is not loaded.
     *
     * @param model its name
     */
    public record Kept(String model, BlockFolder.Entry entry) {}

    /** What lies in the folders that no loaded model has open; files that are no blocks are passed over. */
    public List<Kept> kept() throws IOException {
        List<Kept> found = new ArrayList<>();
        for (Path folder : unopened()) {
            String model = model(folder);
            entries(folder).forEach(entry -> found.add(new Kept(model, entry)));
        }
        return found;
    }

    /**
     * Removes the files of models that are not loaded, those that were set aside too; of one model if its name is not
     * empty. Gives the bytes of conversations.
     */
    public synchronized long clear(String model) throws IOException {
        long freed = 0;
        for (Path folder : removable()) {
            if (!model.isEmpty() && !model.equals(model(folder))) {
                continue;
            }
            for (Unloaded file : files(folder, "*" + BlockFolder.ENDING)) {
                if (Files.deleteIfExists(file.file)) {
                    freed += file.bytes;
                }
            }
            for (Unloaded file : files(folder, "*{" + BlockFolder.UNFINISHED + "," + BlockFolder.DAMAGED + "}")) {
                Files.deleteIfExists(file.file);
            }
        }
        bytes -= counted ? freed : 0;
        return freed;
    }

    private synchronized List<Path> unopened() throws IOException {
        List<Path> found = folders();
        found.removeAll(open);
        return found;
    }

    /** Those of them that no other process has open either. */
    private List<Path> removable() throws IOException {
        List<Path> found = unopened();
        found.removeIf(folder -> !BlockFolder.isFree(folder));
        return found;
    }

    private static String model(Path folder) throws IOException {
        Path about = folder.resolve(BlockFolder.ABOUT);
        return Files.isRegularFile(about)
                ? Files.readAllLines(about, StandardCharsets.UTF_8).stream()
                        .findFirst()
                        .orElse("")
                : folder.getFileName().toString();
    }
}
