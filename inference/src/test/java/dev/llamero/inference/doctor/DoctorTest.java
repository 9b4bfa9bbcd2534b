package dev.llamero.inference.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.ServerPlan;
import dev.llamero.inference.doctor.Finding.Level;
import dev.llamero.inference.llama.LlamaRuntimeCheck;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    private static final LlamaRuntimeCheck CPU_BUILD =
            new LlamaRuntimeCheck("llama.cpp v0.5.0 from /natives", "", false, false, List.of());

    @TempDir
    Path folder;

    @Test
    void oldJavaIsBrokenAndSaysWhatToInstall() {
        Finding finding = only(Doctor.java(machine(21, Map.of())));
        assertThat(finding.level()).isEqualTo(Level.BROKEN);
        assertThat(finding.what()).contains("Java 21");
        assertThat(finding.remedy()).contains("JDK 25").contains("LLAMERO_JAVA_HOME");
    }

    @Test
    void javaWithoutCompilerIsNoted() throws IOException {
        assertThat(only(Doctor.java(machine(25, Map.of()))).level()).isEqualTo(Level.NOTE);
        Path compiler = Files.createDirectories(folder.resolve("bin")).resolve("javac");
        Files.createFile(compiler);
        assertThat(compiler.toFile().setExecutable(true)).isTrue();
        assertThat(only(Doctor.java(machine(25, Map.of()))).level()).isEqualTo(Level.OK);
    }

    @Test
    void wrongSettingIsBrokenAndTheRestIsLookedAtWithDefaults() throws IOException {
        Path yaml = Files.writeString(folder.resolve("llamero.yaml"), "inference:\n  num-ctxx: 5\n");
        var findings = new ArrayList<Finding>();
        ServerPlan plan = Doctor.settings(machine(25, Map.of("LLAMERO_CONFIG", yaml.toString())), findings);
        assertThat(only(findings).level()).isEqualTo(Level.BROKEN);
        assertThat(only(findings).what()).contains("num-ctxx").contains("num-ctx");
        assertThat(plan.port()).isEqualTo(11_434);
    }

    @Test
    void settingsFileThatIsNamedButAbsentIsBroken() {
        var findings = new ArrayList<Finding>();
        String absent = folder.resolve("absent.yaml").toString();
        Doctor.settings(machine(25, Map.of("LLAMERO_CONFIG", absent)), findings);
        assertThat(only(findings).level()).isEqualTo(Level.BROKEN);
        assertThat(only(findings).what()).contains(absent);
    }

    @Test
    void missingLibraryIsBrokenWithItsRemedy() {
        var check = new LlamaRuntimeCheck(
                "", "llama.cpp v0.5.0 is missing: no folder; build once", false, false, List.of());
        Finding finding = NativesCheck.findings(machine(25, Map.of()), check).getFirst();
        assertThat(finding)
                .isEqualTo(Finding.broken("natives", "llama.cpp v0.5.0 is missing: no folder", "build once"));
    }

    @Test
    void gpuThatTheFetchedBuildCannotUseIsBroken() throws IOException {
        gpu();
        Finding finding =
                NativesCheck.findings(machine(25, Map.of()), CPU_BUILD).getLast();
        assertThat(finding.area()).isEqualTo("gpu");
        assertThat(finding.level()).isEqualTo(Level.BROKEN);
        assertThat(finding.what()).startsWith("NVIDIA H100, 81559 MiB, 580.1");
        assertThat(finding.remedy()).contains("-Pcuda");
    }

    @Test
    void librariesThatCudaLacksAreBroken() throws IOException {
        gpu();
        var check = new LlamaRuntimeCheck(
                "llama.cpp", "", true, false, List.of("libggml-cuda.so needs libcublas.so.12; install CUDA 12"));
        assertThat(NativesCheck.findings(machine(25, Map.of()), check))
                .contains(Finding.broken("gpu", "libggml-cuda.so needs libcublas.so.12", "install CUDA 12"));
    }

    @Test
    void gpuInUseIsFineAndNoGpuIsFineToo() throws IOException {
        assertThat(NativesCheck.findings(machine(25, Map.of()), CPU_BUILD)
                        .getLast()
                        .level())
                .isEqualTo(Level.OK);
        gpu();
        var check = new LlamaRuntimeCheck("llama.cpp", "", true, true, List.of());
        assertThat(NativesCheck.findings(machine(25, Map.of()), check).getLast().what())
                .contains("H100")
                .endsWith("is used");
    }

    @Test
    void cudaBuildWithoutDriverIsNoted() {
        var check = new LlamaRuntimeCheck("llama.cpp", "", true, false, List.of());
        Finding finding = NativesCheck.findings(machine(25, Map.of()), check).getLast();
        assertThat(finding.level()).isEqualTo(Level.NOTE);
        assertThat(finding.remedy()).contains("nvidia-driver");
    }

    @Test
    void modelThatDoesNotFitIsNoted() throws IOException {
        Path proc = Files.createDirectories(folder.resolve("proc"));
        Files.writeString(proc.resolve("meminfo"), "MemTotal: 99 kB\nMemAvailable:   1024 kB\n");
        Path models = Files.createDirectories(folder.resolve("models"));
        ToyModel.write(models.resolve("toy.gguf"), 1);
        Files.writeString(models.resolve("bad.gguf"), "no model");
        var findings = MemoryCheck.check(machine(25, Map.of()), plan(models));
        assertThat(findings).extracting(Finding::level).containsExactly(Level.OK, Level.BROKEN, Level.NOTE);
        assertThat(findings.getFirst().what()).startsWith("1 MiB of main memory");
        assertThat(findings.get(1).what()).startsWith("bad.gguf cannot be read as a model");
        assertThat(findings.get(2).what()).startsWith("toy.gguf needs").contains("more than is free");
    }

    private ServerPlan plan(Path models) {
        return ServerPlan.read(
                Map.of(
                        "LLAMERO_MODELS",
                        models.toString(),
                        "OLLAMA_MODELS",
                        folder.resolve("none").toString()),
                folder.resolve("none.yaml"),
                folder);
    }

    private void gpu() throws IOException {
        Files.createDirectories(folder.resolve("proc/driver/nvidia"));
        Files.writeString(folder.resolve("proc/driver/nvidia/version"), "580.1");
        Files.createDirectories(folder.resolve("dev"));
        Files.writeString(folder.resolve("dev/nvidiactl"), "");
    }

    private Machine machine(int java, Map<String, String> environment) {
        return new Machine(
                environment,
                folder,
                folder,
                java,
                folder,
                command -> command.getFirst().equals("nvidia-smi")
                        ? Optional.of("NVIDIA H100, 81559 MiB, 580.1\n")
                        : Optional.empty());
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }
}
