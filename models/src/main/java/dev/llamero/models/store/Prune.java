package dev.llamero.models.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The housekeeping of a server's start (specification 16.4): what no model needs, and what processes that died left
 * behind. Nothing younger than an hour is touched, since another process may be at work on it.
 */
public final class Prune {
    private static final System.Logger LOG = System.getLogger(Prune.class.getName());
    /** As Ollama has it. */
    private static final Duration GRACE = Duration.ofHours(1);

    private static final Pattern PARTIAL = Pattern.compile("(sha256-[0-9a-f]{64})-partial(-\\d+)?");

    private Prune() {}

    /**
     * Prunes a store; if a manifest cannot be read, blobs stay, since it may name them.
     *
     * @return how many files were removed
     */
    public static int run(StoreFolder store, Instant now) throws IOException {
        renameOldBlobs(store.blobs());
        deleteLinks(store.blobs(), now);
        store.manifests().deleteEmptyFolders();
        int count = deleteUnfinishedManifests(store.manifests(), now);
        for (ModelName name : store.manifests().names()) {
            try {
                store.manifests().read(name);
            } catch (NoSuchFileException e) {
                LOG.log(System.Logger.Level.DEBUG, name.display() + " was deleted just now");
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "unused blobs stay, since the manifest of " + name.display() + " cannot be read: "
                                + e.getMessage() + "; pull or delete that model");
                return count;
            }
        }
        List<Digest> old = new ArrayList<>();
        for (Path file : store.blobs().files()) {
            if (!isOld(file, now)) {
                continue;
            }
            var digest = Blobs.digestOf(file);
            if (digest.isPresent()) {
                old.add(digest.get());
            } else if (!isHeld(store, file)) {
                count += Files.deleteIfExists(file) ? 1 : 0;
            }
        }
        return count + store.deleteUnused(old);
    }

    private static boolean isHeld(StoreFolder store, Path file) {
        var matcher = PARTIAL.matcher(file.getFileName().toString());
        return matcher.matches()
                && Digest.parse(matcher.group(1)).filter(store::isHeld).isPresent();
    }

    private static boolean isOld(Path file, Instant now) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(GRACE));
        } catch (NoSuchFileException e) {
            LOG.log(System.Logger.Level.DEBUG, file + " was deleted just now");
            return false;
        }
    }

    /** Ollama once wrote {@code sha256:HEX}. */
    private static void renameOldBlobs(Blobs blobs) throws IOException {
        for (Path file : blobs.files()) {
            String name = file.getFileName().toString();
            if (name.startsWith("sha256:")) {
                Files.move(file, file.resolveSibling(name.replaceFirst(":", "-")), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Names that a split model's parts had while it was joined. */
    private static void deleteLinks(Blobs blobs, Instant now) throws IOException {
        for (Path folder : blobs.linkFolders()) {
            if (isOld(folder, now)) {
                try (Stream<Path> links = Files.list(folder)) {
                    for (Path link : links.toList()) {
                        Files.deleteIfExists(link);
                    }
                }
                Files.deleteIfExists(folder);
            }
        }
    }

    private static int deleteUnfinishedManifests(Manifests manifests, Instant now) throws IOException {
        if (!Files.isDirectory(manifests.folder())) {
            return 0;
        }
        int count = 0;
        try (Stream<Path> entries = Files.list(manifests.folder())) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().startsWith(Manifests.UNFINISHED) && isOld(entry, now)) {
                    count += Files.deleteIfExists(entry) ? 1 : 0;
                }
            }
        }
        return count;
    }
}
