package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls and pushes answer as a real Ollama did against the same registry server, Debian's docker-registry. */
@Tag("server")
@Timeout(120)
class TransferReplayTest {
    private static final String RECORDED_HOST = "127.0.0.1:5055";
    private static final String REDIRECTING_HOST = "127.0.0.1:5056";
    /** In the order of the recording; what is not in it needs an empty store or a model that was deleted. */
    private static final List<String> ORDER = List.of(
            "unreachable",
            "unreachable-plain",
            "insecure-registry",
            "push-unreachable",
            "push-new",
            "push-again",
            "push-plain",
            "push-secure",
            "push-large",
            "pull-again",
            "pull-plain",
            "pull-secure",
            "pull-unknown-model",
            "pull-unknown-tag",
            "pull-unknown-plain",
            "pull-layers-present");

    private static final List<String> FRESH = List.of("pull-fresh-small", "pull-fresh-large");

    private static final String RECORDED_DIGEST =
            "sha256:168616c74f6d8c1c9f7c5a8fa1267f495fcbc52711b64b5fa3bed48e1fc519dc";

    @TempDir
    Path folder;

    private String small = "";

    @Test
    void pullsAndPushesAnswerAsOllamaDoes() throws Exception {
        Optional<Path> program = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(":"))
                .map(path -> Path.of(path, "docker-registry"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(program.isPresent(), "no docker-registry on the PATH; apt-get install docker-registry brings it");
        int port = freePort();
        Process registry = start(program.get(), port);
        try {
            awaitListening(port);
            var faults = new ArrayList<String>();
            Path full = Files.createDirectories(folder.resolve("full"));
            small = install(full, "127.0.0.1:" + port + "/lab/q:v1", 8_791_488).toString();
            install(full, "127.0.0.1:" + port + "/lab/smol:v1", 30_000_000);
            replay(full, ORDER, port, faults);
            replay(Files.createDirectories(folder.resolve("fresh")), FRESH, port, faults);
            assertThat(faults).as(String.join("\n", faults)).isEmpty();
        } finally {
            registry.destroyForcibly();
        }
    }

    /** What is in the blobs does not matter to a registry. */
    private Digest install(Path root, String name, int size) throws IOException {
        byte[] weights = new byte[size];
        new Random(size).nextBytes(weights);
        var store = new StoreFolder(root);
        Blobs.Added model = store.blobs().add(weights);
        Blobs.Added config = store.blobs().add("{\"model_format\":\"gguf\"}\n");
        store.write(
                ModelName.parse(name).orElseThrow(),
                new Manifest(
                        new Layer(Layer.CONFIG, config.digest(), config.size()),
                        List.of(new Layer(Layer.MODEL, model.digest(), model.size()))));
        return model.digest();
    }

    private void replay(Path store, List<String> names, int port, List<String> faults) throws IOException {
        var accepted = new AcceptedDifferences();
        var choice = new TestServer.Choice(
                List.of(),
                Optional.of(store),
                TestServer.factory(new ScriptedEngine(4_096)),
                source -> TestServer::plain,
                4_096,
                TestServer.limits());
        List<Golden> area = Golden.area("pull");
        try (var server = new TestServer(choice)) {
            for (String name : names) {
                Golden golden = area.stream()
                        .filter(each -> each.name().equals("pull/" + name))
                        .findFirst()
                        .orElseThrow();
                String host = "127.0.0.1:" + port;
                String request =
                        golden.requestBody().replace(RECORDED_HOST, host).replace(REDIRECTING_HOST, host);
                RawClient.Reply reply = server.call(golden.method(), golden.path(), golden.requestHeaders(), request);
                String body = reply.body()
                        .replace(host, RECORDED_HOST)
                        .replace(store.toString(), "$OLLAMA_MODELS")
                        .replace(small, RECORDED_DIGEST)
                        // A line before the first byte, which no client can count on.
                        .replaceAll("\\{[^{}]*\"total\":\\d+}\n", "");
                Map<String, String> found =
                        GoldenDiff.between(golden, new RawClient.Reply(reply.status(), reply.headers(), body));
                if (!found.keySet().equals(accepted.of(golden.name()))) {
                    faults.add(golden.name() + " differs in " + found + ", accepted are " + accepted.of(golden.name())
                            + "\n" + body);
                }
            }
        }
    }

    @Test
    void everyRecordingIsReplayed() throws IOException {
        var names = new ArrayList<>(ORDER);
        names.addAll(FRESH);
        assertThat(Golden.area("pull").stream().map(golden -> golden.name().substring("pull/".length())))
                .containsExactlyInAnyOrderElementsOf(names);
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private Process start(Path program, int port) throws IOException {
        Path config = folder.resolve("registry.yml");
        Files.writeString(config, """
            version: 0.1
            log: {level: error}
            storage:
              filesystem: {rootdirectory: %s}
            http: {addr: "127.0.0.1:%d"}
            """.formatted(Files.createDirectories(folder.resolve("registry")), port));
        Process process = new ProcessBuilder(program.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .start();
        Thread.ofVirtual().start(() -> drain(process));
        return process;
    }

    private static void drain(Process process) {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(line -> System.getLogger("docker-registry").log(System.Logger.Level.DEBUG, line));
        } catch (IOException | java.io.UncheckedIOException e) {
            System.getLogger("docker-registry").log(System.Logger.Level.DEBUG, "its output ended", e);
        }
    }

    private static void awaitListening(int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }
}
