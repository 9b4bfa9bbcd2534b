package dev.llamero.inference.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that teaches a shell to complete commands, flags and model names. */
@Command(
        name = "completion",
        description = "Print a completion script for bash, zsh or fish.",
        footer = {
            "",
            "To complete in this shell, with ./llamero in the PATH as llamero:",
            "  bash   source <(llamero completion bash)      in ~/.bashrc for always",
            "  zsh    source <(llamero completion zsh)       in ~/.zshrc, behind compinit",
            "  fish   llamero completion fish | source       or into ~/.config/fish/completions/llamero.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    /** Shells that a script is there for. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public Integer call() {
        var scripts = new CompletionScripts(spec.commandLine().getParent());
        spec.commandLine()
                .getOut()
                .print(
                        switch (shell) {
                            case bash -> scripts.bash();
                            case zsh -> scripts.zsh();
                            case fish -> scripts.fish();
                        });
        return 0;
    }
}
