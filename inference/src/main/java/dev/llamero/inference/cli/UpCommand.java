package dev.llamero.inference.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Starts inference, proxy and gateway as processes of their own, watches them, and ends them all on Ctrl-C.
 *
 * <p>Runs on the main thread until the JVM is told to stop; a {@link Layer} has a thread of its own.
 */
@Command(
        name = "up",
        description = "Start inference, proxy and gateway, print the page's address, and keep them running.")
final class UpCommand implements Callable<Integer> {
    /** A cold start on a slow disk loads a 20 GB model; the servers themselves are up within seconds. */
    private static final Duration READY_WAIT = Duration.ofMinutes(2);

    private static final String API_KEY = "LLAMERO_API_KEY";
    private static final String PROXYS_KEY_FILE = "LLAMERO_GATEWAY_KEY_FILE";
    private static final String GATEWAYS_KEY = "LLAMERO_MODEL_API_KEY";
    private static final String GATEWAYS_KEY_FILE = "LLAMERO_MODEL_API_KEY_FILE";

    @Option(names = "--model", paramLabel = "PATH", description = "A GGUF file, or a folder of them.")
    private Path model;

    @Option(names = "--num-ctx", paramLabel = "N", description = "Context of one chat in tokens (default 32768).")
    private Integer contextTokens;

    @Option(names = "--num-gpu", paramLabel = "N", description = "Layers on the GPU (default: all that fit).")
    private Integer gpuLayers;

    @Option(names = "--no-load", description = "Do not load the model before the first question.")
    private boolean noLoad;

    @Override
    public Integer call() throws Exception {
        long started = System.nanoTime();
        var choice = ModelChoice.of(model, System.getenv(), Path.of(System.getProperty("user.home")), root());
        System.err.println(choice.sentence());
        var inference = layer("inference", "serve", inferenceArguments(choice));
        var proxy = layer("proxy", "proxy", List.of());
        var gateway = layer("gateway", "gateway", List.of());
        var layers = List.of(inference, proxy, gateway);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(layers), "up-shutdown"));
        layers.forEach(Layer::start);
        for (Layer each : layers) {
            if (!each.awaitReady(READY_WAIT)) {
                System.err.println("Error: " + each.name() + " did not become ready; its log is above.");
                return 1;
            }
        }
        var preload = new Preload(inference);
        String loaded = noLoad ? "loading on the first question" : preload.load();
        announce(layers, loaded, started);
        if (!noLoad) {
            inference.onReadyAgain(preload::load);
        }
        new CountDownLatch(1).await();
        return 0;
    }

    private List<String> inferenceArguments(ModelChoice choice) {
        var arguments = new ArrayList<String>();
        choice.path().ifPresent(path -> arguments.addAll(List.of("--model", path.toString())));
        // This command loads the model by itself, and says how that went.
        arguments.add("--preload=false");
        if (contextTokens != null) {
            arguments.addAll(List.of("--num-ctx", contextTokens.toString()));
        }
        if (gpuLayers != null) {
            arguments.addAll(List.of("--num-gpu", gpuLayers.toString()));
        }
        return arguments;
    }

    private static Layer layer(String name, String command, List<String> arguments) {
        var line = new ArrayList<String>(List.of(System.getProperty("llamero.launcher", "./llamero"), command));
        line.addAll(arguments);
        return new Layer(
                name, line, environment(System.getenv(), Path.of(System.getProperty("user.home"))), System.err);
    }

    /**
     * What is added to the environment of a layer. The proxy keeps a key for the page in a file once callers need keys,
     * and the gateway reads it there: a flag would show in the process list.
     */
    static Map<String, String> environment(Map<String, String> own, Path home) {
        String keyFile = home.resolve(".llamero").resolve("gateway.key").toString();
        var added = new HashMap<String, String>();
        added.put("LLAMERO_SUPERVISED", "1");
        added.put(PROXYS_KEY_FILE, own.getOrDefault(PROXYS_KEY_FILE, keyFile));
        added.put(GATEWAYS_KEY_FILE, own.getOrDefault(GATEWAYS_KEY_FILE, added.get(PROXYS_KEY_FILE)));
        if (own.containsKey(API_KEY)) {
            // The one key of all callers needs no file: the page shows it too.
            added.put(GATEWAYS_KEY, own.getOrDefault(GATEWAYS_KEY, own.get(API_KEY)));
        }
        return added;
    }

    private static Path root() {
        return Path.of(System.getProperty("llamero.root", ".")).toAbsolutePath().normalize();
    }

    private static void announce(List<Layer> layers, String loaded, long started) {
        System.err.println();
        for (Layer layer : layers) {
            System.err.printf(
                    "  %-10s %-28s up after %.1f s%n",
                    layer.name(), layer.address(), layer.readyAfter().toMillis() / 1e3);
        }
        System.err.printf("  %-10s %s%n", "model", loaded);
        System.err.printf(
                "%nReady after %.1f s. Open %s%n%n",
                (System.nanoTime() - started) / 1e9, layers.getLast().address());
    }

    /** Last layer first, so that no layer reports its neighbour's end as a fault. */
    private static void stop(List<Layer> layers) {
        layers.forEach(Layer::stopRestarting);
        layers.reversed().forEach(Layer::stop);
    }

    /** Whether a folder holds something to serve. */
    static boolean holds(Path folder, String suffix) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var paths = Files.walk(folder, 8)) {
            return paths.anyMatch(
                    path -> Files.isRegularFile(path) && path.toString().endsWith(suffix));
        } catch (java.io.IOException | java.io.UncheckedIOException e) {
            return false;
        }
    }
}
