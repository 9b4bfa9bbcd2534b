package dev.llamero.benchmarks.servers;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a server before it runs: its address, or the command that starts it. Texts may hold placeholders in
 * braces, see {@link Setup#values}.
 *
 * @param name what the report calls it
 * @param kind how it is spoken to
 * @param address where it is, if it runs already
 * @param model the model's name there; empty where the server is told the name, or ignores it
 * @param command program and arguments, empty if it runs already
 * @param environment added to the surroundings of the command
 * @param limited what is added for workloads that limit the memory of its cache; absent if it knows no such limit
 * @param supply how the model gets into the server
 * @param keyVariable environment variable that holds the API key, or empty
 */
public record ServerSpec(
        String name,
        ServerKind kind,
        Optional<URI> address,
        String model,
        List<String> command,
        Map<String, String> environment,
        Optional<Addition> limited,
        ModelSupply supply,
        String keyVariable) {

    /** How a model gets into a server, and when the server counts as ready. */
    public enum ModelSupply {
        /** The server knows its model; it is ready once it answers. */
        ITS_OWN,
        /** The model is made from the GGUF file through Ollama's API once the server answers. */
        CREATED,
        /** A server of kind ollama that loads its model by itself; it is ready once {@code /api/ps} lists one. */
        AT_START
    }

    /** Arguments and environment on top of a server's own. */
    public record Addition(List<String> arguments, Map<String, String> environment) {}

    public ServerSpec {
        if (address.isPresent() != command.isEmpty()) {
            throw new IllegalArgumentException("server " + name + " needs either url or command");
        }
        address.ifPresent(Target::requireLoopback);
        if (supply != ModelSupply.ITS_OWN && kind != ServerKind.OLLAMA) {
            throw new IllegalArgumentException("server " + name + ": create and loads-at-start are for kind ollama");
        }
    }

    /**
     * A running server as {@code NAME=KIND,URL,MODEL}.
     *
     * @throws IllegalArgumentException if the text has another form, or the address is not on this machine
     */
    public static ServerSpec parse(String text) {
        String[] named = text.split("=", 2);
        String[] parts = named.length == 2 ? named[1].split(",", 3) : new String[0];
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not NAME=KIND,URL,MODEL, as in ours=ollama,http://127.0.0.1:11434,smol");
        }
        return new ServerSpec(
                named[0],
                ServerKind.of(parts[0]),
                Optional.of(URI.create(parts[1])),
                parts[2],
                List.of(),
                Map.of(),
                Optional.empty(),
                ModelSupply.ITS_OWN,
                "");
    }

    /** Whether the harness starts and stops it. */
    public boolean startable() {
        return !command.isEmpty();
    }
}
