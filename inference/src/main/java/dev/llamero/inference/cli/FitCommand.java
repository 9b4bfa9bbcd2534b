package dev.llamero.inference.cli;

import dev.llamero.models.FitReport;
import dev.llamero.models.GgufException;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import dev.llamero.models.KvType;
import dev.llamero.models.MemoryFit;
import dev.llamero.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says from a model's header alone what it needs, before anything is loaded. */
@Command(name = "fit", description = "Say how much memory a GGUF model needs, and what fits.")
final class FitCommand implements Callable<Integer> {
    private static final long CONTEXT_DEFAULT = 32_768;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "A GGUF file, or its header alone; of a split model the first part.")
    private Path model;

    @Option(names = "--ctx", paramLabel = "N", description = "Context in tokens (default 32768).")
    private long contextTokens = CONTEXT_DEFAULT;

    @Option(names = "--kv", paramLabel = "TYPE", description = "Type of the KV cache: f16, q8_0, q4_0 (default f16).")
    private String kvType = "f16";

    @Option(names = "--vram", paramLabel = "SIZE", description = "Memory to fit into, such as 80G or 24GiB.")
    private String memory;

    @Override
    public Integer call() throws IOException {
        try {
            GgufFile file = GgufFile.read(model, GgufReadOption.OMIT_LARGE_ARRAYS, GgufReadOption.ALLOW_MISSING_DATA);
            var report = new FitReport(file, MemoryFit.of(file, contextTokens, KvType.parse(kvType)));
            report.lines(memoryBytes()).forEach(spec.commandLine().getOut()::println);
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (GgufException | NoSuchFileException e) {
            throw new IOException(Files.exists(model) ? e.getMessage() : "no file " + model + "; name a GGUF file", e);
        }
    }

    private OptionalLong memoryBytes() {
        if (memory == null) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(SettingsReader.parseBytes(memory)
                .orElseThrow(() -> new IllegalArgumentException(
                        "--vram must be a size such as 80G or 24GiB, not \"" + memory + "\"")));
    }
}
