package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.model.FileDigests;
import dev.llamero.inference.model.GgufFolder;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server of a JVM of its own answers its first question; the JVM tells which classes it loads for that. */
@Tag("server")
@Timeout(120)
class WarmUpTest {
    private static final String QUESTION = "the first question";
    private static final String ANSWERED = "is answered";
    private static final Pattern OWN_CLASS = Pattern.compile("dev\\.llamero\\.inference\\.[\\w.$]+(?= source:)");

    @TempDir
    Path folder;

    /** The server's process. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        var engine = new ScriptedEngine(4_096);
        engine.answers("Hello");
        var choice = new TestServer.Choice(
                List.of(file),
                Optional.empty(),
                TestServer.factory(engine),
                JinjaTemplates::parse,
                4_096,
                TestServer.limits());
        try (var server = new TestServer(choice);
                var client = server.client()) {
            if (arguments[1].equals("warm")) {
                WarmUp.chat(model(file));
            }
            System.out.println(QUESTION);
            client.send(
                    "POST",
                    "/api/chat",
                    "{\"model\":\"toy\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            System.out.println(client.reply(false).status() + " " + ANSWERED);
        }
    }

    private static LocalModel model(Path file) {
        var folder = new GgufFolder(List.of(file), new FileDigests());
        return ModelStore.of(folder, Optional.empty()).list().getFirst();
    }

    private List<String> loadedForTheQuestion(String start) throws IOException, InterruptedException {
        Path file = folder.resolve("toy.gguf");
        ToyModel.write(file, 1);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-Xlog:class+load:stdout",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WarmUpTest.class.getName(),
                        file.toString(),
                        start)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isZero();
            assertThat(log).contains(QUESTION, "200 " + ANSWERED);
            String between = log.substring(log.indexOf(QUESTION), log.indexOf(ANSWERED));
            return OWN_CLASS
                    .matcher(between)
                    .results()
                    .map(found -> found.group())
                    .collect(Collectors.toList());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void theFirstQuestionFindsTemplateRequestAndReplyLoaded() throws Exception {
        String ours = "dev.llamero.inference.";
        assertThat(loadedForTheQuestion("cold"))
                .contains(
                        ours + "api.ChatRequest",
                        ours + "jinja.Template",
                        ours + "prompt.AnswerParser",
                        ours + "http.ChatShape");
        assertThat(loadedForTheQuestion("warm"))
                .noneMatch(name -> name.startsWith(ours + "jinja."))
                .doesNotContain(ours + "api.ChatRequest", ours + "prompt.AnswerParser", ours + "http.ChatShape");
    }
}
