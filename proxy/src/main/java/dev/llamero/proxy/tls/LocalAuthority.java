package dev.llamero.proxy.tls;

import dev.llamero.proxy.files.PrivateFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A CA of this machine, for names that no public one signs: localhost, addresses, names of the local net. Its root is
 * made once and kept; its leaves live for a week and are made anew long before. Any thread.
 */
final class LocalAuthority {
    private static final Duration ROOT_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_LIFE = Duration.ofDays(7);

    /** Clocks of clients may be behind. */
    private static final Duration BEFORE = Duration.ofHours(1);

    private static final int SERIAL_BITS = 127;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Identity root;
    private final Clock clock;

    private LocalAuthority(Identity root, Clock clock) {
        this.root = root;
        this.clock = clock;
    }

    /** The CA that is kept in a folder, made there if there is none. */
    static LocalAuthority in(Path folder, Clock clock) {
        Path file = folder.resolve("root.key");
        Path certificate = folder.resolve("root.pem");
        try {
            if (Files.exists(file)) {
                return new LocalAuthority(Identity.read(certificate, file), clock);
            }
            LocalAuthority fresh = ephemeral(clock);
            fresh.root.write(file);
            // Without the key: this one is given to browsers.
            PrivateFile.write(certificate, Pem.of(fresh.root.chain().getFirst()));
            return fresh;
        } catch (IOException e) {
            throw new Identity.BadIdentityException("the folder of the local CA, " + folder + ", cannot be written", e);
        }
    }

    /** One that is forgotten at the end of the process. */
    static LocalAuthority ephemeral(Clock clock) {
        try {
            KeyPair pair = newKey();
            Instant now = clock.instant();
            var name = new X500Name("CN=Llamero local CA, O=Llamero");
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial(),
                    Date.from(now.minus(BEFORE)),
                    Date.from(now.plus(ROOT_LIFE)),
                    name,
                    pair.getPublic());
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(pair.getPublic()));
            return new LocalAuthority(
                    new Identity(pair.getPrivate(), List.of(sign(builder, pair.getPrivate()))), clock);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("every JDK can make a P-256 certificate", e);
        }
    }

    X509Certificate root() {
        return root.chain().getFirst();
    }

    /** A fresh certificate for these host names and addresses. */
    Identity leaf(List<String> names) {
        try {
            KeyPair pair = newKey();
            Instant now = clock.instant();
            var builder = new JcaX509v3CertificateBuilder(
                    root(),
                    serial(),
                    Date.from(now.minus(BEFORE)),
                    Date.from(now.plus(LEAF_LIFE)),
                    // The names stand in the extension; a subject is for people.
                    new X500Name("CN=Llamero"),
                    pair.getPublic());
            extend(builder, names, pair.getPublic());
            return new Identity(pair.getPrivate(), List.of(sign(builder, root.key())));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the local CA cannot sign", e);
        }
    }

    private void extend(JcaX509v3CertificateBuilder builder, List<String> names, PublicKey key)
            throws IOException, GeneralSecurityException {
        var extensions = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(root()));
        GeneralName[] all = names.stream()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(all));
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("[0-9.]+");
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, java.security.PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(0);
    }
}
