package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.model.EngineFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays what a real Ollama answered where no model is needed: routing, errors, guards against foreign pages. The
 * areas that run models are replayed by {@code GoldenModelsTest}.
 */
@Tag("server")
@Timeout(120)
class GoldenReplayTest {
    static final List<String> INSTALLED = List.of("smol", "minilm", "tiny-qwen3");

    /** In the order of the recording. */
    private static final List<String> BLOBS = List.of(
            "blobs/head-absent",
            "blobs/post",
            "blobs/head-present",
            "blobs/post-again",
            "blobs/post-bad-digest",
            "blobs/post-mismatch");

    @TempDir
    Path folder;

    @Test
    void routingErrorsAndGuardsAnswerAsOllamaDoes() throws Exception {
        var engine = new ScriptedEngine(4_096);
        engine.answers("yes");
        EngineFactory engines = TestServer.factory(engine);
        var accepted = new AcceptedDifferences();
        var faults = new ArrayList<String>();
        var choice = new TestServer.Choice(
                List.of(),
                Optional.of(RecordedStore.withHeaders(folder, INSTALLED)),
                engines,
                source -> TestServer::plain,
                4_096,
                TestServer.limits());
        try (var server = new TestServer(choice)) {
            for (String area : List.of("transport", "errors", "cors")) {
                for (Golden golden : Golden.area(area)) {
                    check(server, folder, golden, accepted, faults);
                }
            }
            for (String name : BLOBS) {
                for (Golden golden : Golden.area("blobs")) {
                    if (golden.name().equals(name)) {
                        check(server, folder, golden, accepted, faults);
                    }
                }
            }
        }
        assertThat(faults)
                .as("%d faults:\n%s", faults.size(), String.join("\n", faults))
                .isEmpty();
    }

    @Test
    void everyAcceptedDifferenceIsOfAnExchange() throws IOException {
        var names = new ArrayList<String>();
        for (String area : List.of(
                "transport",
                "pull",
                "errors",
                "cors",
                "list",
                "show",
                "generate",
                "chat",
                "thinking",
                "embed",
                "openai",
                "anthropic",
                "tools",
                "create",
                "blobs",
                "copy",
                "delete")) {
            Golden.area(area).forEach(golden -> names.add(golden.name()));
        }
        assertThat(new AcceptedDifferences().unused(names)).isEmpty();
    }

    static void check(TestServer server, Path store, Golden golden, AcceptedDifferences accepted, List<String> faults)
            throws IOException {
        if (accepted.of(golden.name()).contains("not-replayed")) {
            return;
        }
        RawClient.Reply reply =
                server.call(golden.method(), golden.path(), golden.requestHeaders(), golden.requestBody());
        String body = reply.body().replace(store.toAbsolutePath().toString(), "$OLLAMA_MODELS");
        Map<String, String> found =
                GoldenDiff.between(golden, new RawClient.Reply(reply.status(), reply.headers(), body));
        if (reply.status() == 404 && reply.body().equals("404 page not found") && !found.isEmpty()) {
            found = Map.of("not-served", "our route is missing");
        }
        if (!found.keySet().equals(accepted.of(golden.name()))) {
            faults.add(golden.name() + " differs in " + found + ", accepted are " + accepted.of(golden.name()));
        }
    }
}
