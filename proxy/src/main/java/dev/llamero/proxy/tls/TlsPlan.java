package dev.llamero.proxy.tls;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a listener's certificate comes from. Immutable. */
public sealed interface TlsPlan {
    /** Plain HTTP. */
    record Off() implements TlsPlan {}

    /** PEM files of the owner. */
    record Files(Path certificate, Path key) implements TlsPlan {}

    /**
     * A CA of this machine, for names that no public CA signs.
     *
     * @param names empty for those of this machine
     * @param folder of the CA and its leaf
     */
    record Local(List<String> names, Path folder) implements TlsPlan {}

    /**
     * A public certificate over ACME (RFC 8555).
     *
     * @param root that the ACME server's own certificate hangs on, if the JDK does not know it
     * @param folder of account and certificates
     */
    record Acme(List<String> names, URI directory, Optional<String> email, Optional<Path> root, Path folder)
            implements TlsPlan {}

    /** Whether a public CA may sign the name, and browsers may be told to use nothing but https for it. */
    static boolean isPublicName(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return Patterns.NAME.matcher(name).matches()
                && !Patterns.PRIVATE.matcher(name).matches();
    }

    /** Names with a dot that are no addresses; top levels that RFC 6761, 6762, 8375 and habit keep private. */
    final class Patterns {
        private static final Pattern NAME = Pattern.compile("(\\*\\.)?([a-z0-9-]{1,63}\\.)+[a-z][a-z0-9-]*");
        private static final Pattern PRIVATE = Pattern.compile(
                ".*\\.(localhost|local|lan|home|internal|intranet|corp|private|test|example|invalid|home\\.arpa)");

        private Patterns() {}
    }
}
