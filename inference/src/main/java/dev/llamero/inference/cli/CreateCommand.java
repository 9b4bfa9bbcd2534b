package dev.llamero.inference.cli;

import dev.llamero.models.modelfile.Modelfile;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a model of a Modelfile: uploads the files that the server lacks, then has it created. */
@Command(name = "create", description = "Create a model from a Modelfile.")
final class CreateCommand extends ClientCommand {
    @Parameters(arity = "0..*", hideParamSyntax = true, paramLabel = "MODEL", description = "The new model's name.")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The Modelfile; default: Modelfile, or FROM . if there is none.")
    private Path file;

    @Option(
            names = {"-q", "--quantize"},
            paramLabel = "TYPE",
            description = "Store the weights as this type, such as q4_K_M.")
    private String quantize = "";

    @Option(
            names = "--draft-quantize",
            paramLabel = "TYPE",
            description = "Of a draft model (DRAFT), which is not supported yet: an error.")
    private String draftQuantize = "";

    @Option(names = "--experimental", description = "Of models in safetensors, which are not supported: an error.")
    private boolean experimental;

    CreateCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireExactly(1, arguments);
        String model = arguments.getFirst();
        if (ModelName.parse(model).isEmpty()) {
            throw new UsageException("invalid model name: " + model);
        }
        if (experimental) {
            throw new UsageException("--experimental makes models of safetensors, which is not supported; convert yours"
                    + " with llama.cpp's convert_hf_to_gguf.py, and create it from the GGUF file");
        }
        Path path = file != null ? file : Path.of("Modelfile");
        Modelfile modelfile = read(path);
        try (var steps = new StepPrinter(err(), surroundings.terminals().contains(2))) {
            steps.show("gathering model components");
            Path folder = path.toAbsolutePath().getParent();
            var order = new ModelfileOrder(modelfile, folder, surroundings.home());
            if (!draftQuantize.isEmpty()) {
                // A Modelfile with DRAFT was refused above.
                throw new UsageException("--draft-quantize requires a DRAFT model");
            }
            order.warnings().forEach(err()::println);
            upload(order.uploads(), steps);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("model", model);
            body.putAll(order.body());
            if (!quantize.isEmpty()) {
                body.put("quantize", quantize);
            }
            surroundings.client().stream("/api/create", body, steps::show);
        }
    }

    private Modelfile read(Path path) throws IOException {
        if (Files.exists(path)) {
            return Modelfile.parse(Files.readAllBytes(path));
        }
        if (file != null) {
            throw new UsageException("specified Modelfile wasn't found");
        }
        return Modelfile.parse("FROM .\n");
    }

    private void upload(Map<Digest, Path> files, StepPrinter steps) throws IOException {
        var client = surroundings.client();
        for (var upload : files.entrySet()) {
            String path = "/api/blobs/" + upload.getKey();
            if (!client.exists(path)) {
                long size = Math.max(1, Files.size(upload.getValue()));
                client.upload(
                        path,
                        upload.getValue(),
                        sent -> steps.show("copying file " + upload.getKey() + " " + 100 * sent / size + "%"));
            }
        }
    }
}
