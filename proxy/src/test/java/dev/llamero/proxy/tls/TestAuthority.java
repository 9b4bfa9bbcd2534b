package dev.llamero.proxy.tls;

import dev.llamero.proxy.files.PrivateFile;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Certificates for 127.0.0.1 and localhost in files, as an owner would have them. */
public final class TestAuthority {
    private TestAuthority() {}

    /** Writes a certificate and its key; the root that signed it lies in {@code folder/root.pem}. */
    public static void write(Path folder, Path certificate, Path key) throws Exception {
        Identity leaf = LocalAuthority.in(folder, Clock.systemUTC()).leaf(List.of("localhost", "127.0.0.1"));
        PrivateFile.write(key, Pem.of(leaf.key(), List.of()));
        PrivateFile.write(certificate, Pem.of(leaf.chain().getFirst()));
    }

    /**
     * A server's side of TLS with a certificate for one name; the root that signed it lies in {@code folder/root.pem}.
     */
    public static SSLContext server(Path folder, String name) throws Exception {
        Identity leaf = LocalAuthority.in(folder, Clock.systemUTC()).leaf(List.of(name));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("leaf", leaf.key(), new char[0], leaf.chain().toArray(new X509Certificate[0]));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** A trust store with that root alone, as {@code keytool -importcert} makes one. */
    public static void writeTrust(Path folder, Path file, String password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "root", Identity.certificates(folder.resolve("root.pem")).getFirst());
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
    }
}
