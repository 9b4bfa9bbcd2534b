package dev.llamero.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/**
 * Looks once a second whether a small file is another than before, and runs something then. The JDK's own watch holds a
 * native thread and cannot follow a file that is replaced through a link.
 */
final class FileWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FileWatch.class.getName());
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Path file;
    private final Runnable changed;
    private final Thread watcher;

    /** @param changed runs on the watch's own virtual thread */
    FileWatch(Path file, Runnable changed) {
        this.file = file;
        this.changed = changed;
        String now = mark();
        this.watcher = Thread.ofVirtual().name("watch-" + file.getFileName()).start(() -> watch(now));
    }

    private void watch(String first) {
        String before = first;
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                String now = mark();
                if (!now.equals(before)) {
                    before = now;
                    changed.run();
                }
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "no more looks at {0}", file);
        }
    }

    /** Differs between any two versions, since each is a file of its own. */
    private String mark() {
        try {
            BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
            return seen.fileKey() + " " + seen.lastModifiedTime() + " " + seen.size();
        } catch (IOException e) {
            return "not there";
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
