package dev.llamero.inference.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A recorded exchange with a real Ollama.
 *
 * @param name area and file name without ending
 * @param requestBody null if there was none
 * @param reply what Ollama answered
 */
record Golden(
        String name,
        String method,
        String path,
        List<List<String>> requestHeaders,
        String requestBody,
        RawClient.Reply reply) {
    static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** All exchanges of an area, by name. */
    static List<Golden> area(String area) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve(area))) {
            return files.sorted().map(file -> read(area, file)).toList();
        }
    }

    private static Golden read(String area, Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            JsonNode request = root.path("request");
            JsonNode response = root.path("response");
            var requestHeaders = new ArrayList<List<String>>();
            request.path("headers")
                    .properties()
                    .forEach(entry -> requestHeaders.add(
                            List.of(entry.getKey(), entry.getValue().asText())));
            var headers = new ArrayList<List<String>>();
            response.path("headers")
                    .forEach(header -> headers.add(
                            List.of(header.path(0).asText(), header.path(1).asText())));
            return new Golden(
                    area + "/" + file.getFileName().toString().replace(".json", ""),
                    request.path("method").asText(),
                    request.path("path").asText(),
                    requestHeaders,
                    request.has("body") ? request.path("body").asText() : null,
                    new RawClient.Reply(response.path("status").asInt(), headers, body(response)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String body(JsonNode response) {
        if (!response.has("lines")) {
            return response.path("body").asText();
        }
        var lines = new ArrayList<String>();
        response.path("lines").forEach(line -> lines.add(line.asText()));
        return lines.stream().collect(Collectors.joining("\n"));
    }
}
