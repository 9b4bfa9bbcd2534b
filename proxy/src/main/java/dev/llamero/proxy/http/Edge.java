package dev.llamero.proxy.http;

import dev.llamero.proxy.tls.TlsPlan;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Collection;

/**
 * What a request passes on the way in, before anyone asks who calls: shapes that smuggle a second request past a proxy
 * in front, pages of other sites, plain HTTP for names that have better. Immutable.
 */
public final class Edge {
    private static final HeaderName STRICT = HeaderNames.create("Strict-Transport-Security");
    private static final String HALF_A_YEAR = "max-age=15768000";

    /** What a header counts beside its letters (RFC 9113, section 6.5.2). */
    private static final int HEADER_BYTES = 32;

    private final Origins origins;
    private final boolean strict;
    private final int headBytes;

    /**
     * @param origins pages that may call
     * @param tlsNames of a certificate from a public CA; empty for none
     * @param headBytes largest headers of a request
     */
    public Edge(Origins origins, Collection<String> tlsNames, int headBytes) {
        this.headBytes = headBytes;
        this.origins = origins;
        this.strict = !tlsNames.isEmpty() && tlsNames.stream().allMatch(TlsPlan::isPublicName);
    }

    Origins origins() {
        return origins;
    }

    /**
     * Refuses what RFC 9112, section 6.3, calls an attack, and adds headers of the listener.
     *
     * @throws Refusal after which the connection must end
     */
    void pass(ServerRequest request, ServerResponse response) {
        if (strict) {
            response.header(STRICT, HALF_A_YEAR);
        }
        origins.allow(request, response);
        if (!WatchedConnections.isHttp1()) {
            checkUnfolded(request);
        }
        var headers = request.headers();
        boolean encoded = headers.contains(HeaderNames.TRANSFER_ENCODING);
        if (encoded && headers.contains(HeaderNames.CONTENT_LENGTH)) {
            throw ambiguous("it has both Content-Length and Transfer-Encoding");
        }
        if (headers.contains(HeaderNames.CONTENT_LENGTH)) {
            var lengths = headers.get(HeaderNames.CONTENT_LENGTH).allValues();
            if (lengths.size() > 1 || !isNumber(lengths.getFirst())) {
                throw ambiguous("its Content-Length is no single number");
            }
        }
        if (encoded) {
            var codings = headers.get(HeaderNames.TRANSFER_ENCODING).allValues();
            if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                throw ambiguous("its Transfer-Encoding is not chunked and nothing else");
            }
        }
    }

    /**
     * HTTP/2 names a header that came before by one byte: headers that were small on the wire may be megabytes here.
     */
    private void checkUnfolded(ServerRequest request) {
        long bytes = 0;
        for (Header header : request.headers()) {
            for (String value : header.allValues()) {
                bytes += header.name().length() + value.length() + HEADER_BYTES;
            }
        }
        if (bytes > headBytes) {
            throw new Refusal(
                    431, "headers_too_large", "the headers of the request are larger than the setting max-head allows");
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Refusal ambiguous(String why) {
        return new Refusal(400, Refusal.AMBIGUOUS, "the length of the request is not clear: " + why);
    }
}
