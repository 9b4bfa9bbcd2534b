package dev.llamero.proxy.tls;

import dev.llamero.proxy.files.PrivateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Certificates for 127.0.0.1 and localhost in files, as an owner would have them. */
public final class TestAuthority {
    private TestAuthority() {}

    /** Writes a certificate and its key; the root that signed it lies in {@code folder/root.pem}. */
    public static void write(Path folder, Path certificate, Path key) throws Exception {
        Identity leaf = LocalAuthority.in(folder, Clock.systemUTC()).leaf(List.of("localhost", "127.0.0.1"));
        PrivateFile.write(key, Pem.of(leaf.key(), List.of()));
        PrivateFile.write(certificate, Pem.of(leaf.chain().getFirst()));
    }
}
