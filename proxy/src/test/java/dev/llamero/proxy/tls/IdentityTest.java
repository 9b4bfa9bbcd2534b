package dev.llamero.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.proxy.files.PrivateFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.shredzone.acme4j.util.KeyPairUtils;

/** PEM files as people have them, and as they get them wrong. */
class IdentityTest {
    @TempDir
    Path folder;

    private Path certificate;
    private Path key;
    private Identity leaf;

    @BeforeEach
    void write() throws Exception {
        certificate = folder.resolve("certificate.pem");
        key = folder.resolve("key.pem");
        leaf = LocalAuthority.ephemeral(Clock.systemUTC()).leaf(List.of("localhost", "127.0.0.1", "::1"));
        PrivateFile.write(certificate, Pem.of(leaf.chain().getFirst()));
        PrivateFile.write(key, Pem.of(leaf.key(), List.of()));
    }

    @Test
    void aKeyOfOpensslsNewFormIsRead() throws Exception {
        assertThat(Files.readString(key)).contains("BEGIN PRIVATE KEY");
        assertThat(Identity.read(certificate, key).names()).contains("localhost", "127.0.0.1");
    }

    @Test
    void anEllipticKeyOfTheOldFormIsReadWithItsCurveInFront() throws Exception {
        var text = new StringWriter();
        var generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(256);
        KeyPairUtils.writeKeyPair(generator.generateKeyPair(), text);
        assertThat(text.toString()).startsWith("-----BEGIN EC PRIVATE KEY");
        Files.writeString(key, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + text);
        assertThat(Identity.privateKey(key).getAlgorithm()).isIn("EC", "ECDSA");
    }

    @Test
    void anRsaKeyOfTheOldFormIsRead() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey rsa = generator.generateKeyPair().getPrivate();
        try (var pem = new JcaPEMWriter(Files.newBufferedWriter(key))) {
            pem.writeObject(rsa);
        }
        assertThat(Files.readString(key)).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Identity.privateKey(key).getEncoded()).isEqualTo(rsa.getEncoded());
    }

    @Test
    void keyAndChainMayBeOneFile() throws Exception {
        Files.writeString(key, Files.readString(key) + Files.readString(certificate));
        assertThat(Identity.read(key, key).chain()).hasSize(1);
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedByName() throws Exception {
        Identity other = LocalAuthority.ephemeral(Clock.systemUTC()).leaf(List.of("localhost"));
        Files.writeString(key, Pem.of(other.key(), List.of()));
        assertThatThrownBy(() -> Identity.read(certificate, key))
                .hasMessageContaining("key.pem is not that of the first certificate in")
                .hasMessageContaining("certificate.pem");
    }

    @Test
    void faultsNameTheFileAndTheRemedy() throws Exception {
        assertThatThrownBy(() -> Identity.read(folder.resolve("absent.pem"), key))
                .hasMessageContaining("absent.pem cannot be read");
        Files.writeString(certificate, "hello");
        assertThatThrownBy(() -> Identity.read(certificate, key)).hasMessageContaining("holds no certificate");
        Files.writeString(key, "hello");
        assertThatThrownBy(() -> Identity.privateKey(key)).hasMessageContaining("holds no private key");
        Files.writeString(key, """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjJ1cbWmRZv/wICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKJ8ctb2Q0XxVgnZUwHcJVMEgZBg
            -----END ENCRYPTED PRIVATE KEY-----
            """);
        assertThatThrownBy(() -> Identity.privateKey(key)).hasMessageContaining("key.pem");
    }

    @Test
    void renewalIsDueAfterTwoThirdsOfItsLife() {
        Instant began = leaf.chain().getFirst().getNotBefore().toInstant();
        long life = leaf.ends().toEpochMilli() - began.toEpochMilli();
        assertThat(leaf.renewAt().toEpochMilli() - began.toEpochMilli()).isBetween(life * 66 / 100, life * 67 / 100);
    }
}
