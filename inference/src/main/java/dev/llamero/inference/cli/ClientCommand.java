package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks the model server. Runs on the main thread; every failure is an exception with a sentence. */
abstract class ClientCommand implements Callable<Integer> {
    final Surroundings surroundings;

    @Spec
    private CommandSpec spec;

    ClientCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The end of the help: what the environment has a say in. */
    String[] variables() {
        return new String[] {
            "", "Environment Variables:", "  OLLAMA_HOST        Address of the server (default 127.0.0.1:11434)"
        };
    }

    /** Does the work; returning means that it succeeded. */
    abstract void run() throws IOException;

    @Override
    public Integer call() throws IOException {
        run();
        return 0;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Checks how many arguments were given, in Ollama's words. */
    static void requireExactly(int count, List<String> given) {
        if (given.size() != count) {
            throw new UsageException("accepts " + count + " arg(s), received " + given.size());
        }
    }

    /** The argument that counts where Ollama ignores further ones. */
    static String first(List<String> given) {
        return given.isEmpty() ? "" : given.getFirst();
    }

    /** Checks that there is an argument at all, in Ollama's words. */
    static void requireSome(List<String> given) {
        if (given.isEmpty()) {
            throw new UsageException("requires at least 1 arg(s), only received 0");
        }
    }
}
