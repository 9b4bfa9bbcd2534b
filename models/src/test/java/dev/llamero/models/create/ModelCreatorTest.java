package dev.llamero.models.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import dev.llamero.models.ToyModel;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCreatorTest {
    @TempDir
    private Path root;

    private StoreFolder store;
    private final CopyingRewriter rewriter = new CopyingRewriter();
    private ModelCreator creator;

    @BeforeEach
    void open() {
        store = new StoreFolder(root.resolve("store"));
        creator = CreateCase.creator(store, rewriter);
    }

    private String upload(Path file) throws IOException {
        return store.blobs().add(Files.readAllBytes(file)).digest().toString();
    }

    private String toy() throws IOException {
        Path file = root.resolve("toy.gguf");
        ToyModel.write(file, 1);
        return upload(file);
    }

    private Manifest manifest(String name) throws IOException {
        return store.manifests().read(CreateCase.name(name)).manifest();
    }

    private String text(Layer layer) throws IOException {
        return new String(store.blobs().read(layer.digest(), 1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void parametersOfTheBaseStayUnlessTheyAreGiven() throws IOException {
        creator.create(CreateCase.fromFiles("base", Map.of("toy.gguf", toy())), line -> {});
        creator.create(CreateCase.from("a", "base", "one", Map.of("seed", 1, "top_p", 0.5)), line -> {});
        creator.create(CreateCase.from("b", "a", "", Map.of("seed", 2L)), line -> {});
        Manifest made = manifest("b");
        assertThat(text(made.layer(Layer.PARAMETERS).orElseThrow())).isEqualTo("{\"seed\":2,\"top_p\":0.5}\n");
        assertThat(text(made.layer(Layer.SYSTEM).orElseThrow())).isEqualTo("one");
        assertThat(made.layer(Layer.SYSTEM).orElseThrow().from()).isEqualTo("a:latest");
    }

    @Test
    void aReplacedModelsOwnBlobsAreRemoved() throws IOException {
        creator.create(CreateCase.fromFiles("base", Map.of("toy.gguf", toy())), line -> {});
        creator.create(CreateCase.from("a", "base", "first", Map.of()), line -> {});
        Layer first = manifest("a").layer(Layer.SYSTEM).orElseThrow();
        creator.create(CreateCase.from("a", "base", "second", Map.of()), line -> {});
        assertThat(store.blobs().has(first.digest())).isFalse();
        assertThat(text(manifest("a").layer(Layer.SYSTEM).orElseThrow())).isEqualTo("second");
    }

    @Test
    void aFailureLeavesTheOldModel() throws IOException {
        creator.create(CreateCase.fromFiles("a", Map.of("toy.gguf", toy())), line -> {});
        Manifest before = manifest("a");
        String junk = store.blobs().add("junk").digest().toString();
        assertThatThrownBy(() -> creator.create(CreateCase.fromFiles("a", Map.of("a.gguf", junk)), line -> {}))
                .hasMessage("supplied file was not in GGUF format");
        assertThat(manifest("a")).isEqualTo(before);
    }

    @Test
    void aClientThatLeavesStopsTheWork() throws IOException {
        String toy = toy();
        assertThatThrownBy(() -> creator.create(CreateCase.fromFiles("a", Map.of("a.gguf", toy)), line -> {
                    if (line.status().equals("verifying conversion")) {
                        throw new IllegalStateException("gone");
                    }
                }))
                .hasMessage("gone");
        assertThat(store.manifests().names()).isEmpty();
        assertThat(store.blobs().list()).hasSize(1);
    }

    private static GgufWriter shard(int number, int count) {
        return new GgufWriter()
                .put("general.architecture", GgufValue.of("llama"))
                .put("split.no", GgufValue.ofUnsigned(number))
                .put("split.count", GgufValue.ofUnsigned(count))
                .put("split.tensors.count", GgufValue.ofUnsigned(count))
                .tensor("t" + number, GgmlType.F32, List.of(4L), new byte[16]);
    }

    private String shardBlob(int number, int count) throws IOException {
        Path file = root.resolve("part" + number);
        shard(number, count).write(file);
        return upload(file);
    }

    @Test
    void aSplitModelIsJoinedFromPartsUnderTheirNames() throws IOException {
        List<String> statuses = new ArrayList<>();
        // The copying double writes only the first part, which is enough to see what it was given.
        creator.create(
                CreateCase.fromFiles(
                        "split",
                        Map.of("d/m-00002-of-00002.gguf", shardBlob(1, 2), "d/m-00001-of-00002.gguf", shardBlob(0, 2))),
                line -> statuses.add(line.status()));
        assertThat(rewriter.sources).containsExactly(List.of("m-00001-of-00002.gguf", "m-00002-of-00002.gguf"));
        assertThat(manifest("split").layers(Layer.MODEL)).hasSize(1);
        assertThat(statuses).contains("verifying conversion").endsWith("writing manifest", "success");
        try (var left = Files.list(store.blobs().folder())) {
            assertThat(left).allMatch(Files::isRegularFile);
        }
    }

    @Test
    void aSplitModelThatLacksAPartIsRefused() throws IOException {
        String first = shardBlob(0, 2);
        assertThatThrownBy(() ->
                        creator.create(CreateCase.fromFiles("x", Map.of("m-00001-of-00002.gguf", first)), line -> {}))
                .hasMessage("split GGUF \"m-00001-of-00002.gguf\" has 1 shards, expected 2");
        assertThatThrownBy(() -> creator.create(CreateCase.fromFiles("x", Map.of("m.gguf", first)), line -> {}))
                .hasMessage("split GGUF \"m.gguf\" must use llama.cpp split filename pattern");
    }

    @Test
    void safetensorsAreRefusedWithTheRemedy() {
        assertThatThrownBy(() -> creator.create(
                        CreateCase.fromFiles("x", Map.of("model.safetensors", "sha256:" + "0".repeat(64))), line -> {}))
                .hasMessageContaining("convert_hf_to_gguf.py");
    }
}
