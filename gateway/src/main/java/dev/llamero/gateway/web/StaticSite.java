package dev.llamero.gateway.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * The page's files, read from the class path into memory at start. Immutable, any thread.
 *
 * <p>The build lists them in {@code web/files.json}, and only these names are looked up, so no path can lead elsewhere.
 * Files under {@code /assets/} carry a hash in their names and may be kept for ever; the page itself is asked for each
 * time, and answered by its hash.
 */
public final class StaticSite implements Handler {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8",
            "woff2", "font/woff2",
            "webmanifest", "application/manifest+json");

    private final Map<String, Entry> entries;

    private StaticSite(Map<String, Entry> entries) {
        this.entries = Map.copyOf(entries);
    }

    /**
     * Reads all files.
     *
     * @throws IllegalStateException if the page was not built
     */
    public static StaticSite load() {
        var entries = new LinkedHashMap<String, Entry>();
        try {
            var list = new ObjectMapper().readTree(read("files.json"));
            for (var file : list.properties()) {
                byte[] plain = read(file.getKey());
                String extension = file.getKey().substring(file.getKey().lastIndexOf('.') + 1);
                entries.put(
                        "/" + file.getKey(),
                        new Entry(
                                plain,
                                gzip(plain),
                                TYPES.get(extension),
                                "\"" + file.getValue().asText() + "\""));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entries.put("/", entries.get("/index.html"));
        // The page's own view of the layers; which address it has is the page's to read.
        entries.put("/debug", entries.get("/index.html"));
        return new StaticSite(entries);
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String path = request.path().rawPath();
        Entry entry = entries.get(path);
        if (entry == null) {
            response.next();
            return;
        }
        if (path.startsWith("/assets/")) {
            response.headers().set(HeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable");
        }
        response.headers().set(HeaderNames.ETAG, entry.tag());
        response.headers().set(HeaderNames.VARY, "Accept-Encoding");
        if (request.headers()
                .first(HeaderNames.IF_NONE_MATCH)
                .filter(entry.tag()::equals)
                .isPresent()) {
            response.status(Status.NOT_MODIFIED_304).send();
            return;
        }
        response.headers().set(HeaderNames.CONTENT_TYPE, entry.type());
        boolean gzip = request.headers()
                .first(HeaderNames.ACCEPT_ENCODING)
                .filter(accepted -> accepted.toLowerCase(Locale.ROOT).matches("(.*[ ,])?gzip(?!;q=0([,. ]|$)).*"))
                .isPresent();
        if (gzip) {
            response.headers().set(HeaderNames.CONTENT_ENCODING, "gzip");
        }
        response.send(gzip ? entry.gzip() : entry.plain());
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = StaticSite.class.getResourceAsStream("/web/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the page was not built: /web/" + name
                        + " is missing; build with mvn package, which needs Node 20 and npm");
            }
            return in.readAllBytes();
        }
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    /** The page itself, for tests that look for addresses in it. */
    String index() {
        return new String(entries.get("/").plain(), StandardCharsets.UTF_8);
    }

    private record Entry(byte[] plain, byte[] gzip, String type, String tag) {}
}
