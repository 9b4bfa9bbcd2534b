package dev.llamero.proxy.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads a request's body whole, within the limit that the listener has set. */
final class RequestBody {
    private static final int PIECE_BYTES = 16 << 10;

    private RequestBody() {}

    static byte[] read(ServerRequest request, SlowClients.Guard guard) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        var body = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        int[] count = new int[1];
        try {
            InputStream in = request.content().inputStream();
            do {
                guard.io(() -> count[0] = in.read(piece));
                body.write(piece, 0, Math.max(count[0], 0));
            } while (count[0] >= 0);
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            throw new ClientGoneException(e);
        }
        return body.toByteArray();
    }
}
