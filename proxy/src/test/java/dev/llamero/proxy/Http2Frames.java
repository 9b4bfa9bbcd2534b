package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** HTTP/2 by hand: frames (RFC 9113, section 4.1) and headers without compression (RFC 7541). */
final class Http2Frames {
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private Http2Frames() {}

    /** A frame that came. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        /** The 32 bits at a place of the payload. */
        int word(int at) {
            return (payload[at] & 0xff) << 24
                    | (payload[at + 1] & 0xff) << 16
                    | (payload[at + 2] & 0xff) << 8
                    | payload[at + 3] & 0xff;
        }
    }

    /** Begins a connection. */
    static void begin(SSLSocket client, byte[] settings) throws IOException {
        write(client, PREFACE, frame(SETTINGS, 0, 0, settings));
    }

    /** The next frame of this type; others are passed over. */
    static Frame next(SSLSocket client, int type) throws IOException {
        InputStream in = client.getInputStream();
        while (true) {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                throw new EOFException("the connection ended before a frame of type " + type);
            }
            int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
            int stream = (head[6] & 0xff) << 16 | (head[7] & 0xff) << 8 | head[8] & 0xff;
            var frame = new Frame(head[3], head[4], stream, in.readNBytes(length));
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    /** The headers of a chat request, as far as they must be there. */
    static byte[] post() {
        var head = new ByteArrayOutputStream();
        // POST and https as whole fields, :path and :authority by name, from the static table (RFC 7541, appendix A).
        head.writeBytes(new byte[] {(byte) 0x83, (byte) 0x87});
        head.write(4);
        text(head, "/v1/chat/completions");
        head.write(1);
        text(head, "127.0.0.1");
        return head.toByteArray();
    }

    /** A literal field without indexing (RFC 7541, section 6.2.2), names and values of less than 127 bytes. */
    static byte[] field(String name, String value) {
        var field = new ByteArrayOutputStream();
        field.write(0);
        text(field, name);
        text(field, value);
        return field.toByteArray();
    }

    private static void text(ByteArrayOutputStream target, String text) {
        target.write(text.length());
        target.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        var frame = new ByteArrayOutputStream();
        frame.write(payload.length >> 16);
        frame.write(payload.length >> 8);
        frame.write(payload.length);
        frame.write(type);
        frame.write(flags);
        frame.writeBytes(new byte[] {0, (byte) (stream >> 16), (byte) (stream >> 8), (byte) stream});
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    static void write(SSLSocket client, byte[]... pieces) throws IOException {
        for (byte[] piece : pieces) {
            client.getOutputStream().write(piece);
        }
        client.getOutputStream().flush();
    }

    /** Sends a piece again and again until the other side has closed. */
    static boolean dribble(SSLSocket client, byte[] piece) throws IOException {
        client.setSoTimeout(20);
        try {
            while (true) {
                write(client, piece);
                try {
                    if (client.getInputStream().read() < 0) {
                        return true;
                    }
                } catch (SocketTimeoutException e) {
                    assertThat(client.isClosed()).isFalse();
                }
            }
        } catch (SocketException | SSLException e) {
            return true;
        }
    }

    /** Waits for the end of the connection, whatever comes before. */
    static boolean ends(SSLSocket client) throws IOException {
        try {
            while (client.getInputStream().read() >= 0) {
                assertThat(client.isClosed()).isFalse();
            }
            return true;
        } catch (SocketException | SSLException e) {
            return true;
        }
    }
}
