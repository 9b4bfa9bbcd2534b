package dev.llamero.models.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the bytes of one blob come from. Any thread.
 *
 * <p>Most registries redirect to a store that holds the bytes; that address is remembered for the other parts, and
 * looked up anew when it no longer holds (such addresses are signed for a while).
 */
final class BlobSource {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final RegistrySession session;
    private final URI address;
    private volatile URI direct;

    /**
     * Bytes on their way.
     *
     * @param ranged whether they begin where was asked, rather than at the blob's beginning
     */
    record Opened(InputStream body, boolean ranged) {}

    /** @param address of the blob at the registry */
    BlobSource(RegistrySession session, URI address) {
        this.session = session;
        this.address = address;
    }

    /**
     * Opens the bytes from one to before another; from the beginning if the server knows no ranges.
     *
     * @param size bytes of the whole blob
     * @throws RegistryException if the server answers with something else than asked
     */
    Opened open(long from, long to, long size, BooleanSupplier cancelled) throws IOException {
        RegistrySession.Answer answer = ask("bytes=" + from + "-" + (to - 1), cancelled);
        try {
            if (answer.status() == 206) {
                checkRange(answer, from, to, size);
                return new Opened(answer.reply().body(), true);
            }
            OptionalLong length = length(answer);
            if (answer.status() != 200 || length.isPresent() && length.getAsLong() != size) {
                throw new RegistryException.Hostile("the registry answers a blob of " + size + " bytes with status "
                        + answer.status() + " and "
                        + (length.isPresent() ? length.getAsLong() + " bytes" : "no length"));
            }
            return new Opened(answer.reply().body(), false);
        } catch (IOException | RuntimeException e) {
            HttpLink.close(answer.reply().body());
            throw e;
        }
    }

    /** How many bytes there are, as the server says; only for what no manifest describes. */
    long size(BooleanSupplier cancelled) throws IOException {
        RegistrySession.Answer answer = ask("bytes=0-0", cancelled);
        HttpLink.close(answer.reply().body());
        Optional<Matcher> range = range(answer);
        if (answer.status() == 206 && range.isPresent() && !range.get().group(3).equals("*")) {
            return Long.parseLong(range.get().group(3));
        }
        if (answer.status() == 200 && length(answer).isPresent()) {
            return length(answer).getAsLong();
        }
        throw new RegistryException("the server does not say how large the file is: " + address);
    }

    private RegistrySession.Answer ask(String range, BooleanSupplier cancelled) throws IOException {
        URI known = direct;
        if (known != null) {
            try {
                return session.send(question(known, range), cancelled);
            } catch (RegistryException.Absent e) {
                direct = null;
            } catch (RegistryException.Refused e) {
                if (e.isPassing()) {
                    throw e;
                }
                direct = null;
            }
        }
        RegistrySession.Answer answer = session.send(question(address, range), cancelled);
        direct = answer.address().equals(address) ? null : answer.address();
        return answer;
    }

    private static RegistrySession.Ask question(URI address, String range) {
        return new RegistrySession.Ask("GET", address, java.util.Map.of("Range", range), null, true, true, null);
    }

    private static void checkRange(RegistrySession.Answer answer, long from, long to, long size) throws IOException {
        Optional<Matcher> range = range(answer);
        boolean right = range.isPresent()
                && Long.parseLong(range.get().group(1)) == from
                && Long.parseLong(range.get().group(2)) == to - 1
                && (range.get().group(3).equals("*")
                        || Long.parseLong(range.get().group(3)) == size);
        OptionalLong length = length(answer);
        if (!right || length.isPresent() && length.getAsLong() != to - from) {
            throw new RegistryException.Hostile("the registry answers bytes " + from + " to " + (to - 1)
                    + " of a blob of " + size + " bytes with \""
                    + answer.header("Content-Range").orElse("no Content-Range") + "\"");
        }
    }

    private static Optional<Matcher> range(RegistrySession.Answer answer) {
        return answer.header("Content-Range")
                .map(text -> CONTENT_RANGE.matcher(text.strip()))
                .filter(Matcher::matches);
    }

    private static OptionalLong length(RegistrySession.Answer answer) {
        return answer.reply().headers().firstValueAsLong("Content-Length");
    }
}
