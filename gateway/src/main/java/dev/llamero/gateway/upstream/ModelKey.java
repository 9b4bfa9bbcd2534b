package dev.llamero.gateway.upstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The key that the gateway shows to the proxy, if it has one. A file is read for each request: the proxy writes it when
 * callers begin to need keys, which may be long after the gateway's start. Immutable; any thread.
 *
 * @param fixed of the settings; it wins
 * @param file that holds it, or will
 */
public record ModelKey(Optional<String> fixed, Optional<Path> file) {
    /** No key, ever. */
    public static final ModelKey NONE = new ModelKey(Optional.empty(), Optional.empty());

    private static final System.Logger LOG = System.getLogger(ModelKey.class.getName());

    /** What to show now. */
    Optional<String> now() {
        return fixed.or(() -> file.flatMap(ModelKey::read));
    }

    private static Optional<String> read(Path file) {
        try {
            // What a header cannot carry is no key.
            return Optional.of(Files.readString(file).strip()).filter(key -> key.matches("[\\x21-\\x7e]{1,4096}"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the key file " + file + " cannot be read: " + e);
            return Optional.empty();
        }
    }

    /** A record would print the key. */
    @Override
    public String toString() {
        return "ModelKey["
                + (fixed.isPresent() ? "fixed" : file.map(Path::toString).orElse("none")) + "]";
    }
}
