package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees of a pull and a push. */
@Tag("server")
@Timeout(60)
class TransferCommandsTest {
    private static final String PULLED = """
        {"status":"pulling manifest"}
        {"status":"pulling 168616c74f6d","digest":"sha256:168616c74f6d","total":8791488}
        {"status":"pulling 168616c74f6d","digest":"sha256:168616c74f6d","total":8791488,"completed":4400000}
        {"status":"pulling 168616c74f6d","digest":"sha256:168616c74f6d","total":8791488,"completed":8791488}
        {"status":"verifying sha256 digest"}
        {"status":"success"}
        """;

    @Test
    void withoutATerminalAPullIsPlainLines() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/pull", 200, PULLED);
            assertThat(ClientRun.of(server.port(), "", List.of("pull", "m", "--insecure")))
                    .isEqualTo(new ClientRun(0, "", """
                        pulling manifest
                        pulling 168616c74f6d: 0% of 8.8 MB
                        pulling 168616c74f6d: 50% of 8.8 MB
                        pulling 168616c74f6d: 100% of 8.8 MB
                        verifying sha256 digest
                        success
                        """));
            assertThat(server.requests()).containsExactly("POST /api/pull {\"model\":\"m\",\"insecure\":true}");
        }
    }

    @Test
    void aPushTellsWhereTheModelIs() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/push", 200, "{\"status\":\"success\"}");
            assertThat(ClientRun.of(server.port(), "", List.of("push", "host:5000/me/m"))
                            .out())
                    .isEqualTo("\nYou can find your model at:\n\n\thost:5000/me/m:latest\n");
            server.reply("POST /api/push", 200, "{\"error\":\"unauthorized: access denied\"}");
            assertThat(ClientRun.of(server.port(), "", List.of("push", "me/m")).err())
                    .startsWith("Error: you are not authorized to push to this namespace");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        pull model manifest: file does not exist                                          | There is no model m at its
        Get "https://x/v2": dial tcp: lookup x: no such host                              | cannot reach the registry
        Get "https://x/v2": http: server gave HTTP response to HTTPS client               | add --insecure
        max retries exceeded: unexpected EOF                                              | goes on from there
        pull model manifest: unauthorized: access denied                                  | The model is private or
        """)
    void aFailureSaysWhatToDo(String message, String remedy) throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/pull", 200, "{\"error\":" + dev.llamero.inference.api.JsonText.of(message) + "}");
            ClientRun run = ClientRun.of(server.port(), "", List.of("pull", "m"));
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).startsWith("Error: " + message + "\n").contains(remedy);
        }
    }

    @Test
    void aStreamThatEndsTooSoonIsAFailure() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/pull", 200, "{\"status\":\"pulling manifest\"}");
            assertThat(ClientRun.of(server.port(), "", List.of("pull", "m")).err())
                    .contains("Error: the server ended the transfer before it was done");
        }
    }

    @Test
    void runPullsAMissingModelFirst() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 404, "{\"error\":\"model 'm' not found\"}")
                    .reply("POST /api/pull", 200, "{\"error\":\"pull model manifest: file does not exist\"}");
            assertThat(ClientRun.of(server.port(), "", List.of("run", "m", "hi"))
                            .err())
                    .startsWith("Error: pull model manifest: file does not exist\n");
            assertThat(server.requests())
                    .containsExactly("POST /api/show {\"model\":\"m\"}", "POST /api/pull {\"model\":\"m\"}");
        }
    }

    @Test
    void aBarShowsPartSpeedAndTime() {
        var bar = new TransferBar("pulling 168616c74f6d", 8_800_000, 0, 0);
        bar.set(2_200_000, 2_000_000_000L);
        assertThat(bar.text(80, 2_000_000_000L))
                .isEqualTo("pulling 168616c74f6d:  25% ▕████              ▏ 2.2 MB/8.8 MB  1.1 MB/s      6s")
                .hasSize(79);
        bar.set(8_800_000, 8_000_000_000L);
        assertThat(bar.text(80, 8_000_000_000L)).contains("100% ▕██████████████████▏ 8.8 MB");
    }

    @Test
    void aTerminalSeesBarsThatAreDrawnAnew() {
        var out = new StringWriter();
        try (var display = TransferDisplay.start(new PrintWriter(out), true, 80)) {
            for (String line : PULLED.lines().toList()) {
                display.accept(Reply.parse(line));
            }
        }
        assertThat(out.toString())
                .contains("pulling manifest\033[K\n", "100% ▕", "success\033[K")
                .endsWith("\n");
    }
}
