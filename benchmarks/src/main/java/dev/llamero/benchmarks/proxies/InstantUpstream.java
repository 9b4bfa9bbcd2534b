package dev.llamero.benchmarks.proxies;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A model server that answers at once, in Ollama's and in OpenAI's dialect: all time beyond it is the proxy's. One
 * platform thread per connection, and as little work per request as can be. Each piece of a stream is its own write, as
 * tokens are.
 */
public final class InstantUpstream implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(InstantUpstream.class.getName());
    private static final int REQUEST_BYTES_MAX = 1 << 20;
    private static final int BACKLOG = 512;

    private final ServerSocket listener;
    private final InstantAnswers answers;
    private final long paceNanos;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Listens on a port of this machine.
     *
     * @param port 0 for a free one
     * @param chunks pieces of text per streamed answer
     * @param pace pause before each piece but the first; zero for none
     */
    public InstantUpstream(int port, int chunks, Duration pace) throws IOException {
        this.listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        this.answers = new InstantAnswers(chunks);
        this.paceNanos = pace.toNanos();
        Thread.ofPlatform().daemon().name("instant-upstream").start(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                client.setTcpNoDelay(true);
                open.add(client);
                Thread.ofPlatform().daemon().name("instant-answer").start(() -> serve(client));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "the instant model server takes no more connections", e);
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var request = new Request(client.getInputStream());
            OutputStream out = client.getOutputStream();
            while (request.read()) {
                byte[][] pieces = answers.to(request.line(), request.body());
                for (int i = 0; i < pieces.length; i++) {
                    if (i > 0 && paceNanos > 0) {
                        LockSupport.parkNanos(paceNanos);
                    }
                    out.write(pieces[i]);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client of the instant model server left", e);
        } finally {
            open.remove(client);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket client : open) {
            client.close();
        }
    }

    /** Reads one request after another; knows lengths and chunks, as proxies use both. */
    private static final class Request {
        private final InputStream in;
        private final byte[] buffer = new byte[REQUEST_BYTES_MAX];
        private int filled;
        private String head = "";
        private String body = "";

        private Request(InputStream in) {
            this.in = in;
        }

        String line() {
            return head.substring(0, head.indexOf('\r'));
        }

        String body() {
            return body;
        }

        /** @return false when the client has closed the connection */
        boolean read() throws IOException {
            int end = find("\r\n\r\n", 0);
            while (end < 0) {
                if (!fill()) {
                    return false;
                }
                end = find("\r\n\r\n", 0);
            }
            head = text(0, end + 2);
            int start = end + 4;
            String lower = head.toLowerCase(Locale.ROOT);
            int length = lower.indexOf("\r\ncontent-length:");
            int last = start;
            if (length >= 0) {
                int from = length + "\r\ncontent-length:".length();
                last += Integer.parseInt(
                        lower.substring(from, lower.indexOf('\r', from)).strip());
            } else if (lower.contains("\r\ntransfer-encoding:")) {
                int zero = find("0\r\n\r\n", start);
                while (zero < 0) {
                    if (!fill()) {
                        return false;
                    }
                    zero = find("0\r\n\r\n", start);
                }
                last = zero + 5;
            }
            while (filled < last) {
                if (!fill()) {
                    return false;
                }
            }
            body = text(start, last);
            System.arraycopy(buffer, last, buffer, 0, filled - last);
            filled -= last;
            return true;
        }

        private String text(int from, int to) {
            return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
        }

        private boolean fill() throws IOException {
            int count = in.read(buffer, filled, buffer.length - filled);
            filled += Math.max(0, count);
            return count > 0;
        }

        private int find(String what, int from) {
            for (int i = from; i <= filled - what.length(); i++) {
                int same = 0;
                while (same < what.length() && buffer[i + same] == what.charAt(same)) {
                    same++;
                }
                if (same == what.length()) {
                    return i;
                }
            }
            return -1;
        }
    }
}
