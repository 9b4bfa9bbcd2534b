package dev.llamero.inference.http;

import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineFigure;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.model.LoadedModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/** {@code /metrics} in Prometheus's text format, version 0.0.4. Any thread; takes no lock that a step holds. */
final class MetricsHandler {
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final Path STATUS = Path.of("/proc/self/status");

    private final LoadedModels loaded;
    private final DiskCache disk;

    MetricsHandler(LoadedModels loaded, DiskCache disk) {
        this.loaded = loaded;
        this.disk = disk;
    }

    void metrics(Exchange exchange) {
        List<LoadedModels.Running> running = loaded.running();
        var out = new StringBuilder();
        model(out, running, "model_bytes", "Memory of weights, KV cache and buffers.", EngineInfo::bytesTotal);
        model(out, running, "model_gpu_bytes", "The part of it on GPUs.", EngineInfo::bytesOnGpu);
        model(out, running, "model_weight_bytes", "The part that holds weights.", EngineInfo::weightBytes);
        model(out, running, "model_kv_bytes", "The part that is the KV cache.", EngineInfo::kvBytes);
        Map<String, Engine> engines = engines(running);
        loads(out, engines);
        for (EngineFigure figure : EngineFigure.values()) {
            List<String> lines = new ArrayList<>();
            engines.forEach((model, engine) -> {
                Long value = engine.figures().get(figure);
                if (value != null) {
                    lines.add(labelled(figure.metric(), model, value));
                }
            });
            family(out, figure.metric(), figure.isCounter() ? "counter" : "gauge", figure.help(), lines);
        }
        process(out);
        exchange.send(200, TYPE, out.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Engine> engines(List<LoadedModels.Running> running) {
        Map<String, Engine> engines = new LinkedHashMap<>();
        for (LoadedModels.Running each : running) {
            if (each.runner() instanceof Engine engine) {
                engines.put(each.model().name().display(), engine);
            }
        }
        return engines;
    }

    private static void model(
            StringBuilder out,
            List<LoadedModels.Running> running,
            String name,
            String help,
            ToLongFunction<EngineInfo> value) {
        List<String> lines = running.stream()
                .map(each -> labelled(
                        "llamero_" + name,
                        each.model().name().display(),
                        value.applyAsLong(each.runner().info())))
                .toList();
        family(out, "llamero_" + name, "gauge", help, lines);
    }

    private static void loads(StringBuilder out, Map<String, Engine> engines) {
        List<String> queued = new ArrayList<>();
        List<String> runs = new ArrayList<>();
        engines.forEach((model, engine) -> {
            Engine.Load load = engine.load();
            queued.add(labelled("llamero_requests_queued", model, load.queued()));
            runs.add(labelled("llamero_requests_running", model, load.running()));
        });
        family(out, "llamero_requests_queued", "gauge", "Requests that wait for a place.", queued);
        family(out, "llamero_requests_running", "gauge", "Requests in prefill or decode.", runs);
    }

    private void process(StringBuilder out) {
        line(out, "llamero_disk_cache_bytes", "Files of conversations, of all models.", disk.bytes());
        line(out, "llamero_disk_cache_bytes_max", "Bound on these; 0 until a model was loaded.", disk.bytesMax());
        Runtime java = Runtime.getRuntime();
        line(out, "llamero_java_heap_bytes", "Java's heap in use.", java.totalMemory() - java.freeMemory());
        status("VmRSS:")
                .ifPresent(value -> line(
                        out,
                        "process_resident_memory_bytes",
                        "Memory of this process, mapped weights included.",
                        value));
        status("VmHWM:")
                .ifPresent(
                        value -> line(out, "process_resident_memory_peak_bytes", "The most that it ever was.", value));
    }

    /** A value of this process in bytes; empty where the system does not tell. */
    private static OptionalLong status(String key) {
        if (Files.isReadable(STATUS)) {
            try {
                for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
                    if (line.startsWith(key)) {
                        return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
                    }
                }
            } catch (IOException e) {
                System.getLogger(MetricsHandler.class.getName())
                        .log(System.Logger.Level.DEBUG, "cannot read " + STATUS, e);
            }
        }
        return OptionalLong.empty();
    }

    private static void line(StringBuilder out, String name, String help, long value) {
        family(out, name, "gauge", help, List.of(name + " " + value));
    }

    private static void family(StringBuilder out, String name, String type, String help, List<String> lines) {
        if (!lines.isEmpty()) {
            out.append("# HELP ").append(name).append(' ').append(help).append('\n');
            out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
            lines.forEach(line -> out.append(line).append('\n'));
        }
    }

    private static String labelled(String name, String model, long value) {
        String escaped = model.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "{model=\"" + escaped + "\"} " + value;
    }
}
