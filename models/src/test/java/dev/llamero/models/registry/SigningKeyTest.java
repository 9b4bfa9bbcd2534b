package dev.llamero.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The user's key: Ollama's file, read and made. */
class SigningKeyTest {
    /** What goes before the 32 bytes of an Ed25519 key in X.509. */
    private static final byte[] X509 = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    @TempDir
    Path folder;

    @Test
    void aMissingKeyIsMadeForItsOwnerAlone() throws Exception {
        Path file = folder.resolve("deep/id_ed25519");
        SigningKey made = SigningKey.readOrMake(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(folder.resolve("deep/id_ed25519.pub")))
                .isEqualTo("ssh-ed25519 " + made.publicText() + "\n");
        assertThat(SigningKey.readOrMake(file).publicText()).isEqualTo(made.publicText());
        assertThat(verifies(made, "GET,https://x/y,abc")).isTrue();
    }

    private static boolean verifies(SigningKey key, String text) throws Exception {
        String[] proof = key.sign(text).split(":");
        assertThat(proof[0]).isEqualTo(key.publicText());
        byte[] wire = Base64.getDecoder().decode(proof[0]);
        byte[] encoded = java.util.Arrays.copyOf(X509, X509.length + 32);
        System.arraycopy(wire, wire.length - 32, encoded, X509.length, 32);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        signature.update(text.getBytes(StandardCharsets.UTF_8));
        return signature.verify(Base64.getDecoder().decode(proof[1]));
    }

    @Test
    void openSshReadsOurKeyAndWeReadItsKey() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ssh-keygen")), "no ssh-keygen here to compare with");
        Path ours = folder.resolve("ours");
        SigningKey made = SigningKey.readOrMake(ours);
        assertThat(run("ssh-keygen", "-y", "-f", ours.toString())).startsWith("ssh-ed25519 " + made.publicText());
        Path theirs = folder.resolve("theirs");
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", theirs.toString());
        SigningKey read = SigningKey.readOrMake(theirs);
        assertThat(Files.readString(folder.resolve("theirs.pub"))).contains(read.publicText());
        assertThat(verifies(read, "x")).isTrue();
        Path locked = folder.resolve("locked");
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked.toString());
        assertThatThrownBy(() -> SigningKey.readOrMake(locked)).hasMessageContaining("it has a passphrase");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    @Test
    void whatIsNoKeyIsRefusedByName() throws IOException {
        Path file = folder.resolve("key");
        for (String text : new String[] {
            "",
            "nonsense",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n!!\n-----END OPENSSH PRIVATE KEY-----",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA/////w==\n-----END OPENSSH PRIVATE KEY-----"
        }) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> SigningKey.readOrMake(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
    }
}
