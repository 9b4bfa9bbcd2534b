package dev.llamero.proxy.tls;

import dev.llamero.proxy.files.PrivateFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * A private key and the chain that proves it. Immutable.
 *
 * @param chain the leaf first
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {
    private static final double RENEW_AT = 2.0 / 3;

    Identity {
        chain = List.copyOf(chain);
    }

    /**
     * Reads PEM files and checks that they belong together.
     *
     * @throws BadIdentityException naming the file and what is wrong with it
     */
    static Identity read(Path certificate, Path key) {
        List<X509Certificate> chain = certificates(certificate);
        PrivateKey secret = privateKey(key);
        if (!belongTogether(secret, chain.getFirst())) {
            throw new BadIdentityException(
                    "the key in " + key + " is not that of the first certificate in " + certificate);
        }
        return new Identity(secret, chain);
    }

    /** All certificates of a file, whatever else is in it. */
    static List<X509Certificate> certificates(Path file) {
        var chain = new ArrayList<X509Certificate>();
        var converter = new JcaX509CertificateConverter();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                var parser = new PEMParser(reader)) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof X509CertificateHolder holder) {
                    chain.add(converter.getCertificate(holder));
                }
            }
        } catch (IOException e) {
            throw new BadIdentityException("the certificate file " + file + " cannot be read: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new BadIdentityException(file + " holds a certificate that cannot be used: " + e.getMessage(), e);
        }
        if (chain.isEmpty()) {
            throw new BadIdentityException(file + " holds no certificate in PEM form");
        }
        return chain;
    }

    /** Writes key and chain into one file that only its owner may read, whole or not at all. */
    void write(Path file) throws IOException {
        PrivateFile.write(file, Pem.of(key, chain));
    }

    static PrivateKey privateKey(Path file) {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                var parser = new PEMParser(reader)) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                // Files of elliptic curves often begin with the curve's parameters.
                if (part instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (part instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
                if (part.getClass().getSimpleName().contains("Encrypted")) {
                    throw new BadIdentityException(
                            "the key in " + file + " is encrypted; decrypt it with: openssl pkey -in "
                                    + file.getFileName() + " -out plain.pem");
                }
            }
            throw new BadIdentityException(file + " holds no private key in PEM form");
        } catch (IOException e) {
            throw new BadIdentityException("the key file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean belongTogether(PrivateKey key, X509Certificate leaf) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] sample = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(leaf.getPublicKey());
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The host names and addresses that it is for. */
    List<String> names() {
        try {
            var all = chain.getFirst().getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream().map(entry -> String.valueOf(entry.get(1))).toList();
        } catch (CertificateParsingException e) {
            throw new BadIdentityException("the certificate's names cannot be read", e);
        }
    }

    Instant ends() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** When two thirds of its life are over. */
    Instant renewAt() {
        Instant began = chain.getFirst().getNotBefore().toInstant();
        Duration life = Duration.between(began, ends());
        return began.plusMillis((long) (life.toMillis() * RENEW_AT));
    }

    /** A certificate or key that cannot be used; the message names the file and the fault. */
    static final class BadIdentityException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadIdentityException(String message) {
            super(message);
        }

        BadIdentityException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
