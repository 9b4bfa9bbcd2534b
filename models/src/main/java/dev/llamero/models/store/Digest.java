package dev.llamero.models.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a blob. Immutable; always 64 hex digits, so that it can be a file's name.
 *
 * @param hex lower case
 */
public record Digest(String hex) {
    private static final Pattern TEXT = Pattern.compile("sha256[:-]([0-9a-fA-F]{64})");

    /** Misuse only: text from outside goes through {@link #parse}. */
    public Digest {
        if (!TEXT.matcher("sha256:" + hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256 in hex: " + hex);
        }
    }

    /** Reads {@code sha256:HEX} or {@code sha256-HEX}; empty if it is neither. */
    public static Optional<Digest> parse(String text) {
        var matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Digest(matcher.group(1).toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** The digest of these bytes. */
    public static Digest of(byte[] bytes) {
        return finish(algorithm(bytes));
    }

    /** A running SHA-256 that has seen these bytes. */
    public static MessageDigest algorithm(byte... bytes) {
        try {
            MessageDigest algorithm = MessageDigest.getInstance("SHA-256");
            algorithm.update(bytes);
            return algorithm;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** The digest of all that a running SHA-256 has seen; resets it. */
    public static Digest finish(MessageDigest algorithm) {
        return new Digest(HexFormat.of().formatHex(algorithm.digest()));
    }

    /** The first twelve digits, as progress lines and lists show them. */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    /** The blob's file name, {@code sha256-HEX}. */
    public String fileName() {
        return "sha256-" + hex;
    }

    /** As manifests have it, {@code sha256:HEX}. */
    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
