package dev.llamero.inference.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * SHA-256 of loose model files, counted in the background when first asked for: 20 GB take half a minute, which a list
 * of models must not wait for.
 *
 * <p>Until a digest is ready, a stand-in made from path, size and time is given; it has the same form. Has one daemon
 * thread of its own; {@link #of} may be called from any thread.
 */
public final class FileDigests implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FileDigests.class.getName());
    private static final int WAITING_MAX = 1_000;

    private final Map<String, String> ready = new ConcurrentHashMap<>();
    private final Map<String, Boolean> started = new ConcurrentHashMap<>();
    private final ExecutorService counting = new ThreadPoolExecutor(
            0,
            1,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform()
                    .daemon()
                    .name("file-digests")
                    .priority(Thread.MIN_PRIORITY)
                    .factory());

    /** 64 lower-case hex digits. */
    String of(Path file) {
        String identity = identity(file);
        String known = ready.get(identity);
        if (known != null) {
            return known;
        }
        if (started.putIfAbsent(identity, true) == null) {
            try {
                counting.execute(() -> count(file, identity));
            } catch (RejectedExecutionException e) {
                started.remove(identity);
            }
        }
        return HexFormat.of().formatHex(sha256().digest(identity.getBytes(StandardCharsets.UTF_8)));
    }

    private static String identity(Path file) {
        try {
            return file.toAbsolutePath() + "\n" + Files.size(file) + "\n" + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return file.toAbsolutePath().toString();
        }
    }

    private void count(Path file, String identity) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = sha256();
            byte[] buffer = new byte[1 << 20];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
            ready.put(identity, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            started.remove(identity);
            LOG.log(System.Logger.Level.WARNING, "cannot count the digest of " + file + ": " + e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    @Override
    public void close() {
        counting.shutdownNow();
    }
}
