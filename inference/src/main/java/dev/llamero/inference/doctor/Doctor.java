package dev.llamero.inference.doctor;

import dev.llamero.inference.ServerPlan;
import dev.llamero.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs all checks, in the order in which trouble should be mended. One thread; changes nothing on the machine. */
public final class Doctor {
    private static final int JAVA_MIN = 25;

    private Doctor() {}

    /** Looks at everything. Takes a few seconds at most. */
    public static List<Finding> examine(Machine machine) {
        var findings = new ArrayList<Finding>();
        findings.addAll(java(machine));
        ServerPlan plan = settings(machine, findings);
        findings.addAll(NativesCheck.check(machine, plan.natives()));
        findings.addAll(PortsCheck.check(machine, plan));
        findings.addAll(StoreCheck.check(plan));
        findings.addAll(MemoryCheck.check(machine, plan));
        return findings;
    }

    static List<Finding> java(Machine machine) {
        String found = "Java " + machine.javaFeature() + " at " + machine.javaHome();
        if (machine.javaFeature() < JAVA_MIN) {
            return List.of(Finding.broken(
                    "java",
                    found + " is too old",
                    "install a JDK " + JAVA_MIN
                            + ", for example Temurin (https://adoptium.net), and set LLAMERO_JAVA_HOME to its folder"));
        }
        if (!Files.isExecutable(machine.javaHome().resolve("bin/javac"))) {
            return List.of(Finding.note(
                    "java", found + " has no compiler, so nothing can be built", "install the JDK instead of the JRE"));
        }
        return List.of(Finding.ok("java", found));
    }

    /** Settings that the server would refuse are reported, and the rest is looked at with the defaults. */
    static ServerPlan settings(Machine machine, List<Finding> findings) {
        Path yaml = ServerPlan.file(machine.environment());
        try {
            ServerPlan plan = ServerPlan.read(machine.environment(), yaml, machine.home());
            boolean named = machine.environment().containsKey("LLAMERO_CONFIG");
            if (Files.exists(yaml)) {
                findings.add(Finding.ok("settings", yaml.toAbsolutePath() + " can be read"));
            } else if (named) {
                findings.add(Finding.broken(
                        "settings", "LLAMERO_CONFIG names " + yaml + ", which is not there", "correct or unset it"));
            } else {
                findings.add(Finding.ok("settings", "no llamero.yaml here: environment and defaults hold"));
            }
            return plan;
        } catch (SettingsException e) {
            findings.add(Finding.broken(
                    "settings",
                    e.getMessage(),
                    "correct it; `llamero serve --help` lists the settings (the rest is looked at with the defaults)"));
            return ServerPlan.read(Map.of(), machine.root().resolve("no/llamero.yaml"), machine.root());
        }
    }
}
