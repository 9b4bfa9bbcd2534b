package dev.llamero.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Stands between a connection's bytes and the server's reader, and gives a chunked body on in chunks of its own: of
 * the size of what has arrived, without extensions and trailers. So the server never gathers a chunk that claims to be
 * large, nor a line or trailers without end.
 *
 * <p>It reads no headers itself, since two opinions of where a body begins are how requests are smuggled: each piece
 * ends with the head in it, and the server, which has read that, says {@link #chunkedBodyFollows} before it asks for
 * more. What is not chunked passes unchanged, also what is no HTTP any more, such as a WebSocket's frames.
 *
 * <p>For the thread that reads the connection.
 */
public final class RequestFraming implements Supplier<byte[]> {
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD_END_BYTES = 4;

    private final Supplier<byte[]> source;
    private byte[] piece = {};
    private int at;
    private int headEnd;
    private ChunkedBody chunks;
    private String failure;

    /** @param source gives the next bytes of the connection, or null at its end */
    public RequestFraming(Supplier<byte[]> source) {
        this.source = source;
    }

    /** Says that the head given last belongs to a request with a chunked body. */
    public void chunkedBodyFollows() {
        chunks = new ChunkedBody();
    }

    /**
     * The next bytes for the server; null at the end.
     *
     * @throws FramingException if the chunks are not in order, and from then on always
     */
    @Override
    public byte[] get() {
        if (failure != null) {
            // A new one, since what closes after the first adds the second to it.
            throw new FramingException(failure);
        }
        try {
            return chunks == null ? untilHeadEnds() : chunk();
        } catch (FramingException e) {
            failure = e.getMessage();
            throw e;
        }
    }

    private byte[] untilHeadEnds() {
        if (!arrives()) {
            return null;
        }
        int start = at;
        while (at < piece.length && headEnd < HEAD_END_BYTES) {
            byte next = piece[at++];
            headEnd = next == LINE_END[headEnd % 2] ? headEnd + 1 : next == LINE_END[0] ? 1 : 0;
        }
        headEnd %= HEAD_END_BYTES;
        return at - start == piece.length ? piece : Arrays.copyOfRange(piece, start, at);
    }

    private byte[] chunk() {
        var data = new ByteArrayOutputStream();
        while (data.size() == 0 && !chunks.isEnded()) {
            if (!arrives()) {
                return null;
            }
            at = chunks.read(piece, at, data);
        }
        var framed = new ByteArrayOutputStream(data.size() + 2 * Integer.BYTES + LINE_END.length + LAST_CHUNK.length);
        if (data.size() > 0) {
            framed.writeBytes(Integer.toHexString(data.size()).getBytes(StandardCharsets.US_ASCII));
            framed.writeBytes(LINE_END);
            framed.writeBytes(data.toByteArray());
            framed.writeBytes(LINE_END);
        }
        if (chunks.isEnded()) {
            framed.writeBytes(LAST_CHUNK);
            chunks = null;
        }
        return framed.toByteArray();
    }

    /** Whether there are bytes to look at. */
    private boolean arrives() {
        while (piece.length == at) {
            byte[] next = source.get();
            if (next == null) {
                return false;
            }
            piece = next;
            at = 0;
        }
        return true;
    }
}
