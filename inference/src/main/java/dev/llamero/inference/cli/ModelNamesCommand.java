package dev.llamero.inference.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

/** Prints the server's models, one a line; for shell completion, which must neither wait nor complain. */
@Command(name = "model-names", hidden = true, description = "Print the names of the models, one a line.")
final class ModelNamesCommand extends ClientCommand {
    private static final Duration WAIT = Duration.ofSeconds(1);

    ModelNamesCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() {
        var names = new CompletableFuture<List<String>>();
        Thread.ofVirtual().name("model-names").start(() -> ask(names));
        try {
            names.get(WAIT.toMillis(), TimeUnit.MILLISECONDS).forEach(out()::println);
        } catch (ExecutionException | TimeoutException e) {
            System.getLogger(ModelNamesCommand.class.getName())
                    .log(System.Logger.Level.DEBUG, "no names to complete", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(CompletableFuture<List<String>> names) {
        try {
            Object models = surroundings.client().get("/api/tags").fields().get("models");
            names.complete(
                    models instanceof List<?> list
                            ? list.stream()
                                    .map(model -> model instanceof Map<?, ?> map ? map.get("name") : null)
                                    .filter(String.class::isInstance)
                                    .map(String.class::cast)
                                    .toList()
                            : List.of());
        } catch (IOException | RuntimeException e) {
            names.completeExceptionally(e);
        }
    }
}
