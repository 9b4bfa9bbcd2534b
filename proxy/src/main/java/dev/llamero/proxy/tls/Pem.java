package dev.llamero.proxy.tls;

import java.io.IOException;
import java.io.StringWriter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/** Keys and certificates as text. Stateless. */
final class Pem {
    private Pem() {}

    static String of(Object keyOrCertificate) throws IOException {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(keyOrCertificate);
        }
        return text.toString();
    }
}
