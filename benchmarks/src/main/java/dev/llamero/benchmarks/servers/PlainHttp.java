package dev.llamero.benchmarks.servers;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Requests beside the measured ones: is it ready, which version, what is loaded. Safe for many threads. */
public final class PlainHttp {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private PlainHttp() {}

    /** Status and whole body. */
    public record Reply(int status, String body) {}

    /** Reads one resource. */
    public static Reply get(Target target, String path) throws IOException, InterruptedException {
        return send(target, request(target, path).GET());
    }

    /** Sends JSON. */
    public static Reply post(Target target, String path, String json) throws IOException, InterruptedException {
        return send(target, request(target, path).POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Sends a file as it is. */
    static Reply upload(Target target, String path, Path file) throws IOException, InterruptedException {
        return send(target, request(target, path).POST(HttpRequest.BodyPublishers.ofFile(file)));
    }

    /** Whether a resource is there. */
    static boolean exists(Target target, String path) throws IOException, InterruptedException {
        return send(target, request(target, path).HEAD()).status() == 200;
    }

    private static HttpRequest.Builder request(Target target, String path) {
        var request = HttpRequest.newBuilder(target.address().resolve(path))
                .timeout(WAIT)
                .header("Content-Type", "application/json");
        if (!target.key().isEmpty()) {
            request.header("Authorization", "Bearer " + target.key());
        }
        return request;
    }

    private static Reply send(Target target, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return new Reply(response.statusCode(), response.body());
    }
}
