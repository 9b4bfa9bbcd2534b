package dev.llamero.inference.cli;

import dev.llamero.inference.api.JsonText;
import dev.llamero.inference.doctor.Doctor;
import dev.llamero.inference.doctor.Finding;
import dev.llamero.inference.doctor.Machine;
import dev.llamero.settings.LogSetup;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what is wrong on this machine, and how to mend it. */
@Command(
        name = "doctor",
        description = "Say what is wrong with Java, libraries, GPU, ports, store and memory, and how to mend it.",
        footer = {"", "Changes nothing. Exit code: 0 if all is well, 1 if something is broken."})
final class DoctorCommand implements Callable<Integer> {
    private final Machine machine;

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    DoctorCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        // What the library logs while it is loaded would stand between the findings, which tell the same.
        LogSetup.configure("error");
        List<Finding> findings = Doctor.examine(machine);
        long broken = findings.stream()
                .filter(finding -> finding.level() == Finding.Level.BROKEN)
                .count();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonText.of(Map.of(
                    "findings", findings.stream().map(DoctorCommand::object).toList())));
        } else {
            findings.forEach(finding -> print(finding, out));
            out.println();
            out.println(
                    broken == 0
                            ? "Nothing is broken."
                            : broken == 1 ? "1 thing is broken." : broken + " things are broken.");
        }
        return broken == 0 ? 0 : 1;
    }

    private static void print(Finding finding, PrintWriter out) {
        String mark = switch (finding.level()) {
            case OK -> "ok";
            case NOTE -> "note";
            case BROKEN -> "BROKEN";
        };
        out.println("%-6s  %-8s  %s".formatted(mark, finding.area(), finding.what()));
        if (!finding.remedy().isEmpty()) {
            out.println("                  -> " + finding.remedy());
        }
    }

    private static Map<String, Object> object(Finding finding) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("area", finding.area());
        object.put("level", finding.level().name().toLowerCase(Locale.ROOT));
        object.put("what", finding.what());
        object.put("remedy", finding.remedy());
        return object;
    }
}
