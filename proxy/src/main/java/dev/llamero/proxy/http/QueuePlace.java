package dev.llamero.proxy.http;

import dev.llamero.proxy.upstream.UpstreamCall;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a request stood in the model server's own queue when it came there, as Llamero's inference tells it in the head
 * of its answer. Immutable.
 *
 * @param position 1 for the next one
 * @param estimateMillis about how long it had to wait
 */
record QueuePlace(String position, String estimateMillis) {
    private static final HeaderName POSITION = HeaderNames.create("X-Llamero-Queue-Position");
    private static final HeaderName ESTIMATE = HeaderNames.create("X-Llamero-Queue-Estimate-Ms");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}");

    /** Empty if it did not have to wait, or the server does not tell. */
    static Optional<QueuePlace> of(UpstreamCall wire) {
        var place = new QueuePlace(wire.header(POSITION.lowerCase()), wire.header(ESTIMATE.lowerCase()));
        boolean told = NUMBER.matcher(place.position).matches()
                && NUMBER.matcher(place.estimateMillis).matches();
        return told ? Optional.of(place) : Optional.empty();
    }

    void put(ServerResponse response) {
        response.header(POSITION, position);
        response.header(ESTIMATE, estimateMillis);
    }
}
