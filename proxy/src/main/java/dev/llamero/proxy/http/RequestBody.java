package dev.llamero.proxy.http;

import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads a request's body whole, within the limit that the listener has set. */
final class RequestBody {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int PIECE_BYTES_MIN = 512;
    private static final int TOO_LARGE = 413;

    private RequestBody() {}

    static byte[] read(ServerRequest request, SlowClients.Guard guard) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        int expected = Math.clamp(request.headers().contentLength().orElse(PIECE_BYTES), PIECE_BYTES_MIN, PIECE_BYTES);
        var body = new ByteArrayOutputStream(expected);
        byte[] piece = new byte[expected];
        int[] count = new int[1];
        try {
            InputStream in = request.content().inputStream();
            long began = System.nanoTime();
            do {
                if (System.nanoTime() - began > guard.bodyNanos()) {
                    throw new Refusal(
                            408, Refusal.BODY_TIMEOUT, "the body took longer than the setting body-timeout allows");
                }
                guard.io(() -> count[0] = in.read(piece));
                if (guard.wasCut()) {
                    throw new Refusal(
                            408,
                            Refusal.BODY_TIMEOUT,
                            "the body came to a stop for longer than the setting slow-client-timeout allows");
                }
                body.write(piece, 0, Math.max(count[0], 0));
            } while (count[0] >= 0);
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            throw new ClientGoneException(e);
        } catch (IllegalArgumentException | IllegalStateException | RequestException | HttpException e) {
            if (e instanceof RequestException refused && refused.status().code() == TOO_LARGE) {
                throw e;
            }
            if (e instanceof HttpException refused && refused.status().code() == TOO_LARGE) {
                // The same over HTTP/2.
                throw Refusal.bodyTooLarge();
            }
            // Helidon 4.5.0 throws what its number parser threw, and would read the rest as another request.
            throw new Refusal(400, Refusal.AMBIGUOUS, "the chunks of the body do not have the form of RFC 9112");
        }
        return body.toByteArray();
    }
}
