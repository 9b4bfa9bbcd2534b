package dev.llamero.models.registry;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * The key that names this user to a registry: Ollama's own file, an Ed25519 key in OpenSSH's format (PROTOCOL.key of
 * OpenSSH), without a passphrase. Immutable.
 */
final class SigningKey {
    private static final System.Logger LOG = System.getLogger(SigningKey.class.getName());
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final String MAGIC = "openssh-key-v1\0";
    private static final String TYPE = "ssh-ed25519";
    private static final int LINE = 70;
    private static final int KEY_BYTES = 32;
    private static final int FIELD_BYTES_MAX = 16 << 10;

    private final PrivateKey key;
    private final byte[] publicBytes;

    private SigningKey(PrivateKey key, byte[] publicBytes) {
        this.key = key;
        this.publicBytes = publicBytes;
    }

    /** Reads the key in this file; makes one, and the public half beside it, if there is none. */
    static SigningKey readOrMake(Path file) throws IOException {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            return read(file);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no usable Ed25519 key: " + e.getMessage(), e);
        }
    }

    private static void make(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
        byte[] point = point((EdECPublicKey) pair.getPublic());
        Files.createDirectories(file.toAbsolutePath().getParent());
        try {
            writeNew(file, pem(seed, point), "rw-------");
        } catch (FileAlreadyExistsException e) {
            LOG.log(System.Logger.Level.DEBUG, file + " was made by another process just now");
            return;
        }
        String line = TYPE + " " + Base64.getEncoder().encodeToString(wire(point)) + "\n";
        Path open = file.resolveSibling(file.getFileName() + ".pub");
        Files.deleteIfExists(open);
        writeNew(open, line, "rw-r--r--");
        LOG.log(System.Logger.Level.INFO, "made the key " + file + "; its public half is " + line.strip());
    }

    /** With its rights from the first byte on. */
    private static void writeNew(Path file, String text, String rights) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        var options = java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = posix
                ? Files.newByteChannel(
                        file, options, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights)))
                : Files.newByteChannel(file, options)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private static byte[] point(EdECPublicKey open) {
        byte[] big = open.getPoint().getY().toByteArray();
        byte[] little = new byte[KEY_BYTES];
        for (int i = 0; i < Math.min(big.length, KEY_BYTES); i++) {
            little[i] = big[big.length - 1 - i];
        }
        if (open.getPoint().isXOdd()) {
            little[KEY_BYTES - 1] |= (byte) 0x80;
        }
        return little;
    }

    /** The public key as SSH sends it. */
    private static byte[] wire(byte[] point) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        field(out, TYPE.getBytes(StandardCharsets.US_ASCII));
        field(out, point);
        return bytes.toByteArray();
    }

    private static void field(DataOutputStream out, byte[] value) throws IOException {
        out.writeInt(value.length);
        out.write(value);
    }

    private static String pem(byte[] seed, byte[] point) throws IOException {
        var inner = new ByteArrayOutputStream();
        var secret = new DataOutputStream(inner);
        int check = new SecureRandom().nextInt();
        secret.writeInt(check);
        secret.writeInt(check);
        field(secret, TYPE.getBytes(StandardCharsets.US_ASCII));
        field(secret, point);
        byte[] both = Arrays.copyOf(seed, 2 * KEY_BYTES);
        System.arraycopy(point, 0, both, KEY_BYTES, KEY_BYTES);
        field(secret, both);
        field(secret, new byte[0]);
        for (int padding = 1; inner.size() % 8 != 0; padding++) {
            secret.writeByte(padding);
        }
        var outer = new ByteArrayOutputStream();
        var out = new DataOutputStream(outer);
        out.write(MAGIC.getBytes(StandardCharsets.US_ASCII));
        field(out, "none".getBytes(StandardCharsets.US_ASCII));
        field(out, "none".getBytes(StandardCharsets.US_ASCII));
        field(out, new byte[0]);
        out.writeInt(1);
        field(out, wire(point));
        field(out, inner.toByteArray());
        var encoder = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        return BEGIN + "\n" + encoder.encodeToString(outer.toByteArray()) + "\n" + END + "\n";
    }

    private static SigningKey read(Path file) throws IOException, GeneralSecurityException {
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new GeneralSecurityException("it does not begin with " + BEGIN);
        }
        byte[] bytes = base64(text.substring(begin + BEGIN.length(), end));
        var in = new DataInputStream(new java.io.ByteArrayInputStream(bytes));
        if (!MAGIC.equals(new String(in.readNBytes(MAGIC.length()), StandardCharsets.US_ASCII))) {
            throw new GeneralSecurityException("it is not in OpenSSH's format");
        }
        String cipher = new String(field(in), StandardCharsets.US_ASCII);
        if (!cipher.equals("none")) {
            throw new GeneralSecurityException("it has a passphrase, which nobody can be asked for here");
        }
        field(in);
        field(in);
        if (in.readInt() != 1) {
            throw new GeneralSecurityException("it holds more than one key");
        }
        field(in);
        var secret = new DataInputStream(new java.io.ByteArrayInputStream(field(in)));
        if (secret.readInt() != secret.readInt()) {
            throw new GeneralSecurityException("it is damaged");
        }
        return of(new String(field(secret), StandardCharsets.US_ASCII), field(secret), field(secret));
    }

    private static SigningKey of(String type, byte[] point, byte[] both) throws GeneralSecurityException {
        if (!type.equals(TYPE) || point.length != KEY_BYTES || both.length != 2 * KEY_BYTES) {
            throw new GeneralSecurityException("its type is " + type + ", not " + TYPE);
        }
        PrivateKey key = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(both, KEY_BYTES)));
        return new SigningKey(key, point);
    }

    private static byte[] base64(String text) throws GeneralSecurityException {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("it is not base64", e);
        }
    }

    private static byte[] field(DataInputStream in) throws IOException, GeneralSecurityException {
        int length = in.readInt();
        if (length < 0 || length > FIELD_BYTES_MAX) {
            throw new GeneralSecurityException("it is damaged");
        }
        return in.readNBytes(length);
    }

    /** The public half as registries know it: base64 of its wire form. */
    String publicText() throws IOException {
        return Base64.getEncoder().encodeToString(wire(publicBytes));
    }

    /** Signs text; public half and signature, as the header {@code Authorization} carries them. */
    String sign(String text) throws IOException {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return publicText() + ":" + Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot sign a registry's token request: " + e.getMessage(), e);
        }
    }
}
