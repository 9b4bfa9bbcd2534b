package dev.llamero.inference.http;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The store that the recorded Ollama had, laid out in a folder: manifests and texts as recorded, weights put in. */
final class RecordedStore {
    private static final String SMOL = "sha256-941f309b54caaad6747569ba43712bcde44a2be3bae16c3282ff499c37c54af5";
    private static final String MINILM = "sha256-dc4387e2242164a128615d99e9a0853f3765a6484534cff4c65c381a69234e60";
    private static final String TINY_QWEN3 = "sha256-168616c74f6d8c1c9f7c5a8fa1267f495fcbc52711b64b5fa3bed48e1fc519dc";
    private static final Map<String, String> FILES = Map.of(
            SMOL, "SmolLM2-135M-Instruct.Q4_1.gguf",
            MINILM, "all-minilm-l6-v2-f16.gguf",
            TINY_QWEN3, "tiny-qwen3-poc.gguf");
    /** As the recording's list shows them. */
    private static final Map<String, Instant> TIMES = Map.of(
            "minilm", Instant.parse("2026-11-23T23:11:15.292263385Z"),
            "smol", Instant.parse("2026-11-23T23:11:14.742683177Z"),
            "tiny-qwen3", Instant.parse("2026-11-23T23:11:14.949101076Z"));

    private RecordedStore() {}

    /** The folder of the real models beside a checkout; it may not be there. */
    static Path models() {
        return Path.of("../../shared/models");
    }

    /** With the real weights, as links. */
    static Path withModels(Path root, List<String> names) throws IOException {
        lay(root, names);
        for (var file : FILES.entrySet()) {
            Files.createSymbolicLink(
                    root.resolve("blobs").resolve(file.getKey()),
                    models().resolve(file.getValue()).toRealPath());
        }
        return root;
    }

    /** With small files of the same families instead of the weights, for engines that do not load them. */
    static Path withHeaders(Path root, List<String> names) throws IOException {
        lay(root, names);
        Path blobs = root.resolve("blobs");
        ToyModel.write(blobs.resolve(TINY_QWEN3), 1);
        header("llama").write(blobs.resolve(SMOL));
        header("bert").put("bert.pooling_type", GgufValue.ofUnsigned(1)).write(blobs.resolve(MINILM));
        return root;
    }

    private static GgufWriter header(String architecture) {
        return new GgufWriter()
                .put("general.architecture", GgufValue.of(architecture))
                .put(architecture + ".context_length", GgufValue.ofUnsigned(8_192))
                .tensor("token_embd.weight", GgmlType.F32, List.of(4L), new byte[16]);
    }

    private static void lay(Path root, List<String> names) throws IOException {
        Path recorded = Golden.FOLDER.resolve("store");
        Files.createDirectories(root.resolve("blobs"));
        try (Stream<Path> files = Files.list(recorded.resolve("blobs"))) {
            for (Path blob : files.toList()) {
                Files.copy(blob, root.resolve("blobs").resolve(blob.getFileName()));
            }
        }
        for (String name : names) {
            Path part = Path.of("manifests/registry.ollama.ai", name.contains("/") ? "" : "library", name, "latest");
            Files.createDirectories(root.resolve(part).getParent());
            Files.copy(recorded.resolve(part), root.resolve(part));
            if (TIMES.containsKey(name)) {
                Files.setLastModifiedTime(root.resolve(part), FileTime.from(TIMES.get(name)));
            }
        }
    }
}
