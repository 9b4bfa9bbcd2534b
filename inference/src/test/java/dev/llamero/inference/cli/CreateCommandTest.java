package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.http.StoreServer;
import dev.llamero.models.GgmlType;
import dev.llamero.models.ToyModel;
import dev.llamero.models.ToyShape;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code create} against a real server. */
@Tag("native")
@Timeout(120)
class CreateCommandTest {
    @TempDir
    Path folder;

    private StoreServer server;
    private Path modelfile;

    @BeforeEach
    void start() throws IOException {
        server = StoreServer.scripted(Files.createDirectory(folder.resolve("store")), List.of());
        modelfile = folder.resolve("Modelfile");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ClientRun run(String... arguments) {
        return ClientRun.of(server.port(), "", List.of(arguments));
    }

    @Test
    void aModelfileOverAFileBecomesAModel() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 3);
        Files.writeString(
                modelfile,
                "FROM ./toy.gguf\n"
                        + "SYSTEM Be terse.\n"
                        + "PARAMETER stop a\n"
                        + "PARAMETER stop b\n"
                        + "PARAMETER seed 7\n"
                        + "PARAMETER draft_model qwen3:0.6b\n"
                        + "PARAMETER mirostat 1\n"
                        + "MESSAGE user Hi\n"
                        + "LICENSE MIT\n");
        ClientRun made = run("create", "mine", "-f", modelfile.toString());
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.err())
                .contains("warning: parameter mirostat is deprecated", "copying file sha256:", "parsing GGUF\n")
                .endsWith("writing manifest\nsuccess\n");
        assertThat(run("show", "--system", "mine").out()).isEqualTo("Be terse.");
        assertThat(run("show", "--parameters", "mine").out())
                .containsPattern("seed +7\n")
                .containsPattern("draft_model +\"?qwen3:0.6b")
                .containsPattern("stop +\"a\"\nstop +\"b\"\n");
        assertThat(run("show", "--license", "mine").out()).isEqualTo("MIT\n");
        assertThat(run("show", "--modelfile", "mine").out()).contains("MESSAGE user Hi\n", "SYSTEM Be terse.\n");
        assertThat(run("create", "mine", "-f", modelfile.toString()).err()).doesNotContain("copying file");
    }

    @Test
    void weightsAreQuantizedOnRequest() throws IOException {
        ToyModel.write(
                folder.resolve("toy.gguf"), new ToyShape(256, 2, 4, 2, 64, 256, 512, 4096, false, GgmlType.F16), 3);
        Files.writeString(modelfile, "FROM toy.gguf\n");
        ClientRun made = run("create", "small", "-f", modelfile.toString(), "-q", "q4_K_M");
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.err()).contains("quantizing F16 model to Q4_K_M\n", "verifying conversion\n");
        assertThat(run("show", "small").out()).contains("Q4_K_M");
        assertThat(run("create", "again", "-f", modelfile.toString(), "-q", "q99")
                        .err())
                .endsWith("Error: unsupported quantization type Q99 - supported types are F32, F16, Q4_K_S, Q4_K_M,"
                        + " Q8_0\n");
    }

    @Test
    void whatIsDeletedLeavesNothing() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 3);
        Files.writeString(modelfile, "FROM toy.gguf\n");
        var store = new StoreFolder(folder.resolve("store"));
        List<Digest> before = store.blobs().list();
        run("create", "a", "-f", modelfile.toString());
        run("cp", "a", "b");
        assertThat(run("rm", "a").code()).isZero();
        assertThat(store.manifests().names())
                .containsExactly(ModelName.parse("b").orElseThrow());
        assertThat(run("rm", "b").code()).isZero();
        assertThat(store.manifests().names()).isEmpty();
        // The uploaded file itself stays until a later start, for the next create.
        assertThat(store.blobs().list().size()).isLessThanOrEqualTo(before.size() + 1);
    }

    @Test
    void faultsAreOneLine() throws IOException {
        Files.writeString(modelfile, "SYSTEM x\n");
        String file = modelfile.toString();
        assertThat(run("create", "a", "-f", file)).isEqualTo(new ClientRun(1, "", "Error: no FROM line\n"));
        assertThat(run("create", "../a", "-f", file).err()).isEqualTo("Error: invalid model name: ../a\n");
        assertThat(run("create", "a", "-f", file + "x").err()).isEqualTo("Error: specified Modelfile wasn't found\n");
        Files.writeString(modelfile, "FROM x\nPARAMETER temperature warm\n");
        assertThat(run("create", "a", "-f", file).err()).endsWith("Error: invalid float value [warm]\n");
        Files.writeString(modelfile, "FROM x\nTEMPLATE {{ .Prompt\n");
        assertThat(run("create", "a", "-f", file).code()).isEqualTo(1);
        Files.writeString(modelfile, "FROM x\n");
        assertThat(run("create", "a", "-f", file, "--draft-quantize", "q4_K_M").err())
                .endsWith("Error: --draft-quantize requires a DRAFT model\n");
        Files.writeString(folder.resolve("model.safetensors"), "");
        Files.writeString(modelfile, "FROM .\n");
        assertThat(run("create", "a", "-f", file).err()).contains("convert_hf_to_gguf.py");
    }
}
