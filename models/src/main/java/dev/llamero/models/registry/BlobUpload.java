package dev.llamero.models.registry;

import dev.llamero.models.store.Layer;
import dev.llamero.models.store.ModelName;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One attempt to send a blob: a session, its parts one after the other, and the digest at the end (OCI distribution
 * specification, "Pushing a blob in chunks"). Used by one thread.
 *
 * <p>A registry may redirect a part to the store behind it, as Ollama's does; the next part then goes to the address
 * that the registry gave with the redirect. The session ends with an {@code etag}, made as such stores make theirs.
 */
final class BlobUpload {
    /** A part on a slow line takes its time; what stands still is found by {@link Watched}. */
    private static final Duration PART_TIME_MAX = Duration.ofHours(12);

    private static final int TICK_MILLIS = 60;

    private final RegistrySession session;
    private final Path file;
    private final Layer layer;
    private final TransferLimits limits;
    private final BooleanSupplier cancelled;
    private final Progress progress;
    private final List<byte[]> sums = new ArrayList<>();
    private volatile long sent;
    private volatile long lastByteNanos;
    private long toldNanos;

    /** Hears how far it is. */
    @FunctionalInterface
    interface Progress {
        void sent(Layer layer, long bytes);
    }

    BlobUpload(
            RegistrySession session,
            Path file,
            Layer layer,
            TransferLimits limits,
            BooleanSupplier cancelled,
            Progress progress) {
        this.session = session;
        this.file = file;
        this.layer = layer;
        this.limits = limits;
        this.cancelled = cancelled;
        this.progress = progress;
    }

    /** Bytes that went out. */
    long sent() {
        return sent;
    }

    /** Sends the blob to a repository's address for new uploads. */
    void run(URI uploads) throws IOException {
        RegistrySession.Answer begun = session.send(question("POST", begin(uploads)), cancelled);
        if (begun.status() == 201) {
            // Another repository of the registry has it, and it is shared.
            return;
        }
        URI next = location(begun);
        long size = limits.partBytes(layer.size());
        for (long offset = 0; offset < layer.size(); offset += size) {
            next = part(next, offset, Math.min(size, layer.size() - offset));
        }
        session.send(
                new RegistrySession.Ask(
                        "PUT",
                        end(next),
                        Map.of("Content-Type", "application/octet-stream"),
                        BodyPublishers::noBody,
                        false,
                        true,
                        // The registry reads all of it once more.
                        Duration.ofMinutes(30)),
                cancelled);
    }

    private URI begin(URI uploads) {
        Optional<ModelName> from = layer.from().isEmpty() ? Optional.empty() : ModelName.parse(layer.from());
        return from.map(name -> URI.create(uploads + "?from=" + encoded(name.namespace() + "/" + name.model())
                        + "&mount=" + encoded(layer.digest().toString())))
                .orElse(uploads);
    }

    private static RegistrySession.Ask question(String method, URI address) {
        return new RegistrySession.Ask(method, address, Map.of(), BodyPublishers::noBody, false, true, null);
    }

    private URI location(RegistrySession.Answer answer) throws IOException {
        String text = answer.header("Docker-Upload-Location")
                .or(() -> answer.header("Location"))
                .orElseThrow(() -> new RegistryException("the registry does not say where to send the blob"));
        return session.follow(answer.address(), text);
    }

    /** Sends a part; gives the address for the next. */
    private URI part(URI address, long offset, long size) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/octet-stream");
        headers.put("Content-Range", offset + "-" + (offset + size - 1));
        headers.put("X-Redirect-Uploads", "1");
        RegistrySession.Answer answer = send("PATCH", address, headers, offset, size);
        URI next = location(answer);
        if (answer.status() == 307) {
            String target = answer.header("Location").orElseThrow();
            send("PUT", session.follow(answer.address(), target), Map.of(), offset, size);
        }
        return next;
    }

    private RegistrySession.Answer send(String method, URI address, Map<String, String> headers, long offset, long size)
            throws IOException {
        MessageDigest sum = md5();
        lastByteNanos = System.nanoTime();
        RegistrySession.Answer answer = session.send(
                new RegistrySession.Ask(
                        method, address, headers, () -> body(offset, size, sum), false, false, PART_TIME_MAX),
                this::tick);
        if (answer.status() != 307) {
            sums.add(sum.digest());
        }
        return answer;
    }

    /** Asked while a part is on its way: tells how far it is, and whether to end it. */
    private boolean tick() {
        if (System.nanoTime() - toldNanos > TICK_MILLIS * 1_000_000L) {
            toldNanos = System.nanoTime();
            progress.sent(layer, sent);
        }
        return cancelled.getAsBoolean() || System.nanoTime() - lastByteNanos > silenceNanos();
    }

    private long silenceNanos() {
        // After the last byte the registry works on them.
        return limits.stall().toNanos() * (sent >= layer.size() ? 10 : 1);
    }

    private BodyPublisher body(long offset, long size, MessageDigest sum) {
        sum.reset();
        sent = offset;
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> {
                    try {
                        return new Watched(open(offset), size, sum);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }),
                size);
    }

    private InputStream open(long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return Channels.newInputStream(channel.position(offset));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** A stretch of the file; counts what the connection took of it. */
    private final class Watched extends FilterInputStream {
        private final MessageDigest sum;
        private long left;

        Watched(InputStream in, long size, MessageDigest sum) {
            super(in);
            this.left = size;
            this.sum = sum;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = left == 0 ? -1 : in.read(bytes, from, (int) Math.min(count, left));
            if (read > 0) {
                left -= read;
                sum.update(bytes, from, read);
                sent += read;
                lastByteNanos = System.nanoTime();
            }
            return read;
        }
    }

    private URI end(URI address) {
        MessageDigest all = md5();
        sums.forEach(all::update);
        String query = "digest=" + encoded(layer.digest().toString()) + "&etag="
                + HexFormat.of().formatHex(all.digest()) + "-" + sums.size();
        return URI.create(address + (address.getRawQuery() == null ? "?" : "&") + query);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no MD5", e);
        }
    }
}
