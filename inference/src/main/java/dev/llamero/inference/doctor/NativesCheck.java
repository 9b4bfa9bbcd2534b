package dev.llamero.inference.doctor;

import dev.llamero.inference.llama.LlamaRuntimeCheck;
import dev.llamero.inference.llama.NativeSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** llama.cpp's libraries, and the GPU that they may use. */
final class NativesCheck {
    private static final String DRIVER = "install NVIDIA's driver (Debian: apt-get install nvidia-driver; in a"
            + " container, start it with --gpus all and the NVIDIA container toolkit)";

    private NativesCheck() {}

    static List<Finding> check(Machine machine, NativeSettings natives) {
        return findings(machine, LlamaRuntimeCheck.of(natives, library -> ldd(machine, library)));
    }

    private static String ldd(Machine machine, Path library) {
        return machine.programs().output(List.of("ldd", library.toString())).orElse("");
    }

    static List<Finding> findings(Machine machine, LlamaRuntimeCheck check) {
        var findings = new ArrayList<Finding>();
        if (check.failure().isEmpty()) {
            findings.add(Finding.ok("natives", check.found()));
        } else {
            // The sentence has its remedy behind the first semicolon.
            String[] parts = check.failure().split("; ", 2);
            findings.add(Finding.broken("natives", parts[0], parts.length > 1 ? parts[1] : "build again"));
        }
        gpu(machine, check, findings);
        return findings;
    }

    private static void gpu(Machine machine, LlamaRuntimeCheck check, List<Finding> findings) {
        boolean driver = Files.exists(machine.proc("driver/nvidia/version"));
        boolean device = Files.exists(machine.root().resolve("dev/nvidiactl"));
        if (!driver && !device) {
            if (check.cuda()) {
                findings.add(Finding.note("gpu", "no NVIDIA driver: models run on the CPU", DRIVER));
            } else {
                findings.add(Finding.ok("gpu", "no NVIDIA GPU is visible: models run on the CPU"));
            }
            return;
        }
        if (driver && !device) {
            findings.add(Finding.broken(
                    "gpu", "the NVIDIA driver is there, but /dev/nvidiactl is not", "run nvidia-smi as root once"));
            return;
        }
        Optional<String> cards = machine.programs()
                .output(List.of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"));
        String card = cards.map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> text.replace("\n", "; "))
                .orElse("an NVIDIA GPU");
        if (check.gpu()) {
            findings.add(Finding.ok("gpu", card + " is used"));
        } else if (!check.cuda()) {
            findings.add(Finding.broken(
                    "gpu",
                    card + " is there, but llama.cpp was fetched for the CPU alone",
                    "build once with `mvn -q -Pcuda -pl inference -am package`"));
        } else if (check.lacking().isEmpty()) {
            findings.add(Finding.broken("gpu", card + " cannot be used by the CUDA libraries", "check nvidia-smi"));
        }
        for (String sentence : check.lacking()) {
            String[] parts = sentence.split("; ", 2);
            findings.add(Finding.broken("gpu", parts[0], parts[1]));
        }
    }
}
