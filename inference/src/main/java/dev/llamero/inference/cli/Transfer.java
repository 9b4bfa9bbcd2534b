package dev.llamero.inference.cli;

import dev.llamero.models.registry.ModelSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A pull or push as a user sees it: bars while it runs, and what to do when it fails. Used by the main thread. */
final class Transfer {
    private static final int WIDTH_DEFAULT = 80;

    private final Surroundings surroundings;
    private final PrintWriter out;
    private final PrintWriter err;

    Transfer(Surroundings surroundings, PrintWriter out, PrintWriter err) {
        this.surroundings = surroundings;
        this.out = out;
        this.err = err;
    }

    /** Brings a model to the server. */
    void pull(String name, boolean insecure) throws IOException {
        try {
            run("/api/pull", name, insecure, "what has come is kept, and the same pull goes on from there");
        } catch (ServerFailure e) {
            throw new ServerFailure(e.getMessage() + remedy(e.getMessage(), name));
        }
        if (ModelSource.isFile(name)) {
            ModelSource.parse(name)
                    .ifPresent(
                            source -> out.println("stored as " + source.name().display()));
        }
    }

    /** Sends a model from the server. */
    void push(String name, boolean insecure) throws IOException {
        try {
            run("/api/push", name, insecure, "the layers that arrived whole are kept by the registry");
        } catch (ServerFailure e) {
            String lower = e.getMessage().toLowerCase(Locale.ROOT);
            if (lower.contains("access denied") || lower.contains("unauthorized")) {
                throw new ServerFailure("you are not authorized to push to this namespace,"
                        + " create the model under a namespace you own\nThe registry must know the server's key"
                        + " ~/.ollama/id_ed25519.pub (Ollama's: https://ollama.com/settings/keys), or give user and"
                        + " password as https://USER:PASSWORD@HOST/...");
            }
            throw new ServerFailure(e.getMessage() + remedy(e.getMessage(), name));
        }
        out.println("\nYou can find your model at:\n");
        out.println("\t" + shown(name));
    }

    private static String shown(String name) {
        return ModelSource.parse(name).map(source -> source.name().full()).orElse(name);
    }

    private void run(String path, String name, boolean insecure, String kept) throws IOException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", name);
        if (insecure) {
            request.put("insecure", true);
        }
        boolean[] success = {false};
        try (var display = TransferDisplay.start(err, surroundings.terminals().contains(2), width())) {
            var interrupted = new Thread(() -> {
                display.stop();
                err.println("stopped; " + kept);
                err.flush();
            });
            Runtime.getRuntime().addShutdownHook(interrupted);
            try {
                surroundings.client().stream(path, request, reply -> {
                    display.accept(reply);
                    success[0] |= reply.text("status").equals("success");
                });
            } finally {
                removeHook(interrupted);
            }
        }
        if (!success[0]) {
            throw new IOException("the server ended the transfer before it was done; " + kept);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            System.getLogger(Transfer.class.getName()).log(System.Logger.Level.DEBUG, "the program ends already", e);
        }
    }

    private int width() {
        try {
            return Integer.parseInt(surroundings.environment().getOrDefault("COLUMNS", ""));
        } catch (NumberFormatException e) {
            return WIDTH_DEFAULT;
        }
    }

    /** What to do about a failure, on a line of its own. */
    private static String remedy(String message, String name) {
        if (message.contains("manifest: file does not exist")) {
            return "\nThere is no model " + name + " at its registry; names and tags are at https://ollama.com/library,"
                    + " and hf.co/OWNER/REPO:QUANT names one of Hugging Face.";
        }
        if (message.contains("server gave HTTP response to HTTPS client")) {
            return "\nThe registry speaks without encryption; add --insecure if the way to it can be trusted.";
        }
        if (message.contains("no such host") || message.contains("dial tcp")) {
            return "\nThe model server cannot reach the registry: check its network and the name;"
                    + " behind a proxy start it with HTTPS_PROXY set.";
        }
        if (message.contains("unauthorized")) {
            return "\nThe model is private or is not there. Give user and password as https://USER:PASSWORD@HOST/...,"
                    + " or let the registry know the server's key ~/.ollama/id_ed25519.pub.";
        }
        return message.contains("max retries exceeded")
                ? "\nWhat has come is kept: the same command goes on from there."
                : "";
    }
}
