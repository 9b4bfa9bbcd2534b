package dev.llamero.inference.disk;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * What a file says about the cells in it. A file is this header, big-endian, then the cells as the native library wrote
 * them: magic (8 bytes), kind (32), salt (32), parent (16), first position (4), number of tokens (4), tokens (4 each),
 * bytes of cells (8), time written (8), CRC32C of the cells (4), CRC32C of all before it (4). Immutable.
 *
 * @param kind hex SHA-256 of all that must be equal for the cells to be usable: model, KV type, library and so on
 * @param salt hex SHA-256 of the salt under which the tokens may be reused
 * @param parent name of the block before this one; "" for the first
 * @param from position of the first token
 * @param tokens the tokens whose cells follow; not changed by anyone
 * @param payloadBytes length of the cells
 * @param writtenMillis when it was written
 * @param payloadCrc CRC32C of the cells
 */
public record BlockHeader(
        String kind,
        String salt,
        String parent,
        int from,
        int[] tokens,
        long payloadBytes,
        long writtenMillis,
        int payloadCrc) {
    /** More tokens than a block ever has, and a bound on what is believed of a file. */
    static final int TOKENS_MAX = 896;

    private static final byte[] MAGIC = "LLMROKV1".getBytes(StandardCharsets.US_ASCII);
    private static final int HASH_BYTES = 32;
    private static final int NAME_BYTES = 16;
    private static final int FIXED_BYTES = MAGIC.length + 2 * HASH_BYTES + NAME_BYTES + 4 + 4 + 8 + 8 + 4 + 4;

    /** The largest header. */
    static final int BYTES_MAX = FIXED_BYTES + 4 * TOKENS_MAX;

    /** Position behind the last token. */
    public int to() {
        return from + tokens.length;
    }

    /** The file's name: 32 hex digits of a SHA-256 over kind, salt, parent and tokens. */
    public String name() {
        return name(kind, salt, parent, from, tokens);
    }

    /** The name that a block of these tokens has. */
    public static String name(String kind, String salt, String parent, int from, int[] tokens) {
        ByteBuffer text = ByteBuffer.allocate(2 * HASH_BYTES + NAME_BYTES + 4 + 4 * tokens.length);
        putHex(text, kind, HASH_BYTES);
        putHex(text, salt, HASH_BYTES);
        putHex(text, parent, NAME_BYTES);
        text.putInt(from);
        text.asIntBuffer().put(tokens);
        return HexFormat.of().formatHex(sha256(text.array()), 0, NAME_BYTES);
    }

    /** Hex SHA-256 of a text. */
    public static String sha256(String text) {
        return HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    int headerBytes() {
        return FIXED_BYTES + 4 * tokens.length;
    }

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(headerBytes());
        out.put(MAGIC);
        putHex(out, kind, HASH_BYTES);
        putHex(out, salt, HASH_BYTES);
        putHex(out, parent, NAME_BYTES);
        out.putInt(from).putInt(tokens.length);
        for (int token : tokens) {
            out.putInt(token);
        }
        out.putLong(payloadBytes).putLong(writtenMillis).putInt(payloadCrc);
        out.putInt(crc(out.duplicate().flip()));
        return out.flip();
    }

    /**
     * Reads a header.
     *
     * @param start the file's first bytes, at least as many as its header has
     * @throws IOException if they are none, with the reason
     */
    static BlockHeader decode(ByteBuffer start) throws IOException {
        ByteBuffer in = start.duplicate();
        try {
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new IOException("it is no file of cells");
            }
            String kind = getHex(in, HASH_BYTES);
            String salt = getHex(in, HASH_BYTES);
            String parent = getHex(in, NAME_BYTES);
            int from = in.getInt();
            int count = in.getInt();
            if (from < 0 || count < 1 || count > TOKENS_MAX || from > Integer.MAX_VALUE - count) {
                throw new IOException("its header names impossible positions");
            }
            int[] tokens = new int[count];
            for (int i = 0; i < count; i++) {
                tokens[i] = in.getInt();
            }
            boolean first = parent.equals("0".repeat(2 * NAME_BYTES));
            BlockHeader header = new BlockHeader(
                    kind, salt, first ? "" : parent, from, tokens, in.getLong(), in.getLong(), in.getInt());
            int counted = crc(start.duplicate().limit(start.position() + header.headerBytes() - 4));
            if (counted != in.getInt()) {
                throw new IOException("the checksum of its header is wrong");
            }
            if (first != (from == 0) || header.payloadBytes < 1) {
                throw new IOException("its header contradicts itself");
            }
            return header;
        } catch (BufferUnderflowException e) {
            throw new IOException("it ends inside its header", e);
        }
    }

    private static void putHex(ByteBuffer out, String hex, int bytes) {
        byte[] parsed = HexFormat.of().parseHex(hex);
        if (parsed.length != bytes && parsed.length != 0) {
            throw new IllegalArgumentException(hex + " is not of " + bytes + " bytes");
        }
        out.put(Arrays.copyOf(parsed, bytes));
    }

    private static String getHex(ByteBuffer in, int bytes) {
        byte[] read = new byte[bytes];
        in.get(read);
        return HexFormat.of().formatHex(read);
    }
}
