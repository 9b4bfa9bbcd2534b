package dev.llamero.proxy.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/** Keys and certificates as text. Stateless. */
final class Pem {
    private Pem() {}

    /** A key, and its certificates behind it. */
    static String of(PrivateKey key, List<X509Certificate> chain) throws IOException {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            // PKCS#8: the older form of an elliptic key leaves out its curve here.
            pem.writeObject(new JcaPKCS8Generator(key, null));
            for (X509Certificate certificate : chain) {
                pem.writeObject(certificate);
            }
        }
        return text.toString();
    }

    static String of(X509Certificate certificate) throws IOException {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(certificate);
        }
        return text.toString();
    }
}
