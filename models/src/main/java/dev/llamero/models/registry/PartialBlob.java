package dev.llamero.models.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A blob that is not whole yet, on the disk: {@code sha256-HEX-partial} with the bytes, and a file {@code
 * sha256-HEX-partial-N} per part that says how far it is. Both are Ollama's (specification 17.2), so that each program
 * goes on where the other stopped.
 *
 * <p>What a state file says has arrived is on the disk before: the process may be killed at any step. One owner at a
 * time, also among processes, by a lock on the file. Parts may be written by several threads at once.
 */
final class PartialBlob implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int BUFFER_BYTES = 1 << 20;

    private final Blobs blobs;
    private final Digest digest;
    private final long size;
    private final FileChannel channel;
    private List<Part> parts;

    private PartialBlob(Blobs blobs, Digest digest, long size, FileChannel channel) {
        this.blobs = blobs;
        this.digest = digest;
        this.size = size;
        this.channel = channel;
    }

    /** Takes over what is there, or begins; empty while another process has it. */
    static Optional<PartialBlob> open(Blobs blobs, Digest digest, long size, TransferLimits limits) throws IOException {
        Files.createDirectories(blobs.folder());
        FileChannel channel = FileChannel.open(
                blobs.partial(digest), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            // Whoever had the lock before may have given the file its final name meanwhile.
            if (!lock(channel) || !Files.exists(blobs.partial(digest))) {
                channel.close();
                return Optional.empty();
            }
            var partial = new PartialBlob(blobs, digest, size, channel);
            partial.parts = channel.size() == 0 ? List.of() : states(blobs, digest, size);
            if (partial.parts.isEmpty()) {
                partial.plan(limits.partBytes(size));
            }
            if (channel.size() != size) {
                partial.resize();
            }
            return Optional.of(partial);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Bytes of a blob that an earlier download left. */
    static long saved(Blobs blobs, Digest digest, long size) throws IOException {
        return Files.exists(blobs.partial(digest))
                ? states(blobs, digest, size).stream()
                        .mapToLong(Part::completed)
                        .sum()
                : 0;
    }

    /** The parts as their state files say; none if they do not fit together. */
    private static List<Part> states(Blobs blobs, Digest digest, long size) throws IOException {
        var parts = new ArrayList<Part>();
        for (int number = 0;
                number < TransferLimits.PARTS_MAX && Files.exists(blobs.partial(digest, number));
                number++) {
            JsonNode state = JSON.missingNode();
            try {
                state = JSON.readTree(Files.readAllBytes(blobs.partial(digest, number)));
            } catch (com.fasterxml.jackson.core.JsonProcessingException | NoSuchFileException e) {
                return List.of();
            }
            long length = state.path("Size").asLong(-1);
            long completed = state.path("Completed").asLong(-1);
            if (length <= 0 || completed < 0 || completed > length) {
                return List.of();
            }
            parts.add(new Part(number, state.path("Offset").asLong(-1), length, completed));
        }
        parts.sort(Comparator.comparingLong(Part::offset));
        long end = 0;
        for (Part part : parts) {
            if (part.offset() != end) {
                return List.of();
            }
            end = part.end();
        }
        return end == size ? parts : List.of();
    }

    /** Begins anew, in parts of so many bytes. */
    void plan(long partBytes) throws IOException {
        deleteStates();
        var planned = new ArrayList<Part>();
        for (long offset = 0; offset < size; offset += partBytes) {
            var part = new Part(planned.size(), offset, Math.min(partBytes, size - offset), 0);
            planned.add(part);
            writeState(part, 0);
        }
        parts = List.copyOf(planned);
    }

    /** The whole length at once: a file with holes, which parts fill. */
    private void resize() throws IOException {
        if (channel.size() > size) {
            channel.truncate(size);
        } else if (size > 0) {
            channel.write(ByteBuffer.allocate(1), size - 1);
        }
    }

    List<Part> parts() {
        return parts;
    }

    long completed() {
        return parts.stream().mapToLong(Part::completed).sum();
    }

    /** Writes bytes where the part goes on. */
    void write(Part part, byte[] bytes, int count) throws IOException {
        var rest = ByteBuffer.wrap(bytes, 0, count);
        for (long position = part.position(); rest.hasRemaining(); ) {
            position += channel.write(rest, position);
        }
        part.advance(count);
    }

    /** Brings to the disk how far the parts are. */
    synchronized void save() throws IOException {
        List<Part> changed =
                parts.stream().filter(part -> part.completed() != part.saved()).toList();
        if (changed.isEmpty()) {
            return;
        }
        long[] completed = changed.stream().mapToLong(Part::completed).toArray();
        channel.force(false);
        for (int i = 0; i < completed.length; i++) {
            writeState(changed.get(i), completed[i]);
            changed.get(i).saved(completed[i]);
        }
    }

    /** In one step, since a killed process must not leave half a state. */
    private void writeState(Part part, long completed) throws IOException {
        Path file = blobs.partial(digest, part.number());
        Path fresh = blobs.folder().resolve(digest.fileName() + "-state-" + part.number());
        Files.writeString(
                fresh,
                "{\"N\":" + part.number() + ",\"Offset\":" + part.offset() + ",\"Size\":" + part.size()
                        + ",\"Completed\":" + completed + "}\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The digest of the bytes in the file. */
    Digest hash(BooleanSupplier cancelled) throws IOException {
        MessageDigest algorithm = Digest.algorithm();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long position = 0;
        for (int read = channel.read(buffer, 0); read > 0; read = channel.read(buffer, position)) {
            if (cancelled.getAsBoolean()) {
                throw new RegistryException.Cancelled();
            }
            algorithm.update(buffer.flip());
            buffer.clear();
            position += read;
        }
        return Digest.finish(algorithm);
    }

    /** Gives the file, whose bytes are right, its final name. */
    void adopt() throws IOException {
        blobs.adopt(blobs.partial(digest), digest);
        deleteStates();
    }

    /** Forgets all bytes. */
    void discard() throws IOException {
        Files.deleteIfExists(blobs.partial(digest));
        deleteStates();
    }

    private void deleteStates() throws IOException {
        String prefix = digest.fileName() + "-";
        try (Stream<Path> files = Files.list(blobs.folder())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(prefix + "partial-") || name.startsWith(prefix + "state-")) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
