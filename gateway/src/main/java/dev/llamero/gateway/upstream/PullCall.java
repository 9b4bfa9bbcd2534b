package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A model on its way to the inference server, by Ollama's {@code /api/pull}. {@link #run} blocks a virtual thread until
 * its end; {@link #cancel} ends it from any other thread, and the server keeps what it has for the next time.
 */
public final class PullCall {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LINE_BYTES_MAX = 64 << 10;
    /** Layers of one model. */
    private static final int LAYERS_MAX = 1000;

    private final StreamedCall call;
    private final Map<String, long[]> layers = new HashMap<>();
    private boolean succeeded;

    PullCall(StreamedCall call) {
        this.call = call;
    }

    /**
     * How far it is.
     *
     * @param status in the server's words
     * @param completedBytes of all layers that are known so far; -1 before the first
     */
    public record Progress(String status, long completedBytes, long totalBytes) {}

    /**
     * Pulls and hands on how far it is. Returns quietly when it was cancelled.
     *
     * @throws UpstreamException if the model does not come
     */
    public void run(Consumer<Progress> sink) {
        call.run(in -> copy(in, sink));
    }

    public void cancel() {
        call.cancel();
    }

    public boolean isCancelled() {
        return call.isCancelled();
    }

    private void copy(InputStream in, Consumer<Progress> sink) throws IOException {
        var line = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0 && !succeeded; n = in.read(buffer)) {
            for (int i = 0; i < n; i++) {
                if (buffer[i] == '\n') {
                    take(line.toByteArray(), sink);
                    line.reset();
                } else if (line.size() < LINE_BYTES_MAX) {
                    line.write(buffer[i]);
                } else {
                    throw UpstreamException.pullFailed("a line of its progress is too long");
                }
            }
        }
        if (!succeeded) {
            throw UpstreamException.pullFailed("the connection ended before the model was whole");
        }
    }

    private void take(byte[] line, Consumer<Progress> sink) throws IOException {
        if (line.length == 0) {
            return;
        }
        JsonNode progress;
        try {
            progress = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw UpstreamException.pullFailed("its progress is not JSON");
        }
        if (progress.hasNonNull("error")) {
            throw UpstreamException.pullFailed(progress.get("error").asText());
        }
        String status = progress.path("status").asText("");
        if (progress.hasNonNull("digest") && layers.size() < LAYERS_MAX) {
            layers.put(progress.get("digest").asText(), new long[] {
                progress.path("completed").asLong(0), progress.path("total").asLong(0)
            });
        }
        succeeded |= status.equals("success");
        sink.accept(new Progress(status, sum(0), sum(1)));
    }

    private long sum(int which) {
        return layers.isEmpty()
                ? -1
                : layers.values().stream().mapToLong(layer -> layer[which]).sum();
    }
}
