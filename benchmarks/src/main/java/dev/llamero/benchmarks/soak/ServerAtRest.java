package dev.llamero.benchmarks.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.benchmarks.servers.PlainHttp;
import dev.llamero.benchmarks.servers.ProcessTree;
import dev.llamero.benchmarks.servers.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Brings a server to rest and reads its vitals: models unloaded, garbage collected, freed memory given back. */
final class ServerAtRest implements Vitals.Signs {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long REST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long STEADY_WAIT_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Server server;
    private final List<String> models;

    ServerAtRest(Server server, List<String> models) {
        this.server = server;
        this.models = models;
    }

    @Override
    public Vitals read() throws IOException, InterruptedException {
        unload();
        ProcessTree tree = server.tree().orElseThrow(() -> new IOException("the server's process is not known"));
        // The threads of ended requests and models take a moment to go.
        long deadline = System.nanoTime() + STEADY_WAIT_NANOS;
        int threads = tree.threads();
        for (int same = 0; same < 5 && System.nanoTime() < deadline; ) {
            TimeUnit.MILLISECONDS.sleep(200);
            int now = tree.threads();
            same = now == threads ? same + 1 : 0;
            threads = now;
        }
        diagnose("GC.run");
        diagnose("System.trim_native_heap");
        return new Vitals(threads, tree.residentBytes());
    }

    private void unload() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + REST_WAIT_NANOS;
        while (true) {
            String loaded = PlainHttp.get(server.target(), "/api/ps").body();
            if (JSON.readTree(loaded).path("models").isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("models are still loaded a minute after they were unloaded: " + loaded);
            }
            for (String model : models) {
                String body = JSON.createObjectNode()
                        .put("model", model)
                        .put("keep_alive", 0)
                        .toString();
                PlainHttp.post(server.target(), "/api/generate", body);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** A server that is no JVM of ours is read as it is. */
    private void diagnose(String command) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (server.process().isEmpty() || !jcmd.toFile().canExecute()) {
            return;
        }
        String pid = String.valueOf(server.process().orElseThrow().pid());
        Process process = new ProcessBuilder(jcmd.toString(), pid, command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
    }
}
