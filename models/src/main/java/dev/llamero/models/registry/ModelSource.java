package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model is to come from or go to. Immutable.
 *
 * <p>Either a name, {@code [http[s]://[user:password@]][host/][namespace/]model[:tag]}, or the address of one GGUF file
 * with its digest, {@code https://[user:password@]host/path/file.gguf#sha256=HEX}. The file becomes the model that is
 * called as the file, without {@code .gguf}.
 */
public final class ModelSource {
    private static final Pattern USER = Pattern.compile("(https?://)([^/@]*)@(.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE =
            Pattern.compile("https?://[^#]+?\\.gguf(\\?[^#]*)?(#.*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern FRAGMENT = Pattern.compile("sha256[=:]([0-9a-fA-F]{64})");

    private final ModelName name;
    private final Optional<Credentials> credentials;
    private final Optional<URI> file;
    private final Optional<Digest> digest;

    private ModelSource(
            ModelName name, Optional<Credentials> credentials, Optional<URI> file, Optional<Digest> digest) {
        this.name = name;
        this.credentials = credentials;
        this.file = file;
        this.digest = digest;
    }

    /**
     * Reads what a user gave; empty if it is neither a name nor the address of a GGUF file.
     *
     * @throws IllegalArgumentException if it is such an address, but one that cannot be taken; says why
     */
    public static Optional<ModelSource> parse(String text) {
        String rest = text.strip();
        Optional<Credentials> credentials = Optional.empty();
        Matcher user = USER.matcher(rest);
        if (user.matches()) {
            credentials = Credentials.ofUserInfo(user.group(2));
            rest = user.group(1) + user.group(3);
        }
        if (FILE.matcher(rest).matches()) {
            return Optional.of(file(rest, credentials));
        }
        Optional<Credentials> found = credentials;
        return ModelName.parse(rest).map(name -> new ModelSource(name, found, Optional.empty(), Optional.empty()));
    }

    /** The registry that a name says. */
    public static ModelSource of(ModelName name) {
        return new ModelSource(name, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Whether it is the address of a file rather than a name. */
    public static boolean isFile(String text) {
        Matcher user = USER.matcher(text.strip());
        return FILE.matcher(user.matches() ? user.group(1) + user.group(3) : text.strip())
                .matches();
    }

    private static ModelSource file(String text, Optional<Credentials> credentials) {
        int hash = text.indexOf('#');
        Matcher fragment = FRAGMENT.matcher(hash < 0 ? "" : text.substring(hash + 1));
        if (!fragment.matches()) {
            throw new IllegalArgumentException(
                    "the address of a file needs the SHA-256 of its bytes: add #sha256= and 64 hex digits to "
                            + (hash < 0 ? text : text.substring(0, hash)));
        }
        try {
            URI address = new URI(text.substring(0, hash));
            if (address.getHost() == null) {
                throw new IllegalArgumentException("the address has no host: " + text.substring(0, hash));
            }
            return new ModelSource(
                    modelOf(address),
                    credentials,
                    Optional.of(address),
                    Optional.of(new Digest(fragment.group(1).toLowerCase(Locale.ROOT))));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an address: " + e.getMessage(), e);
        }
    }

    private static ModelName modelOf(URI address) {
        String path = address.getPath();
        String stem = path.substring(path.lastIndexOf('/') + 1).replaceFirst("(?i)\\.gguf$", "");
        String model = stem.replaceAll("[^A-Za-z0-9_.-]", "-").replaceFirst("^[.-]+", "");
        return ModelName.inLibrary(model)
                .orElseThrow(() -> new IllegalArgumentException("no model can be named after the file of " + address));
    }

    /** The same source under the name as the store spells it. */
    public ModelSource named(ModelName other) {
        return new ModelSource(other, credentials, file, digest);
    }

    /** The name in the store. */
    public ModelName name() {
        return name;
    }

    Optional<Credentials> credentials() {
        return credentials;
    }

    Optional<URI> file() {
        return file;
    }

    /** Of the file; empty for a name. */
    Optional<Digest> digest() {
        return digest;
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return file.map(URI::toString).orElseGet(name::display);
    }
}
