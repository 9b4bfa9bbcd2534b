package dev.llamero.inference;

import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a streamed token costs above the engine: one question to the real server over loopback, whose engine gives
 * {@value InstantEngine#TOKENS} tokens at once, divided by their number. Client and server share the processor.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class HttpOverheadBenchmark {
    private static final String BODY =
            "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"options\":{\"temperature\":0}}";

    private Path folder;
    private InferenceServer server;
    private HttpClient client;
    private HttpRequest request;

    @Setup(Level.Trial)
    public void start() throws IOException {
        folder = Files.createTempDirectory("llamero-http");
        Path model = folder.resolve("toy.gguf");
        ToyModel.write(model, 1);
        Settings settings = Settings.read(
                List.of("--host", "127.0.0.1:0", "--model", model.toString()),
                Map.of(),
                folder.resolve("llamero.yaml"),
                folder.resolve("config.json"));
        server = InferenceServer.start(
                settings, (local, options, progress) -> new LoadedEngine(new InstantEngine(), grammar -> null));
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        request = HttpRequest.newBuilder(URI.create(server.address() + "/api/chat"))
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
    }

    @TearDown(Level.Trial)
    public void stop() throws IOException {
        client.close();
        server.close();
        Files.delete(folder.resolve("toy.gguf"));
        Files.delete(folder);
    }

    @Benchmark
    @OperationsPerInvocation(InstantEngine.TOKENS)
    public long perToken() throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            long length = body.transferTo(java.io.OutputStream.nullOutputStream());
            if (response.statusCode() != 200 || length < InstantEngine.TOKENS) {
                throw new IOException("status " + response.statusCode() + ", " + length + " bytes");
            }
            return length;
        }
    }
}
