package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees when something is wrong: one line on standard error, and the exit code 1. */
@Timeout(60)
class ClientFailuresTest {
    private static final String MODELS = "{\"models\":[{\"name\":\"Tiny:latest\",\"digest\":\"33b7498494061234\","
            + "\"size\":8791637},{\"name\":\"smol:latest\",\"digest\":\"fd5f\",\"size\":1,\"remote_model\":\"x\"}]}";

    @Test
    void anUnreachableServerIsNamedWithTheRemedy() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(ClientRun.of(port, "", List.of("list")))
                .isEqualTo(new ClientRun(
                        1,
                        "",
                        "Error: no model server answers at http://127.0.0.1:" + port
                                + "; `./llamero serve` starts it, `./llamero up` all of Llamero\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        show                      | accepts 1 arg(s), received 0
        cp a                      | accepts 2 arg(s), received 1
        rm                        | requires at least 1 arg(s), only received 0
        show a --nonsense         | unknown flag: --nonsense
        lisst                     | unknown command "lisst" for "llamero"; did you mean list?
        run m hi --think=much     | invalid value for --think: "much" (must be true, false, high, medium, low, or max)
        run m --dimensions        | flag needs an argument: --dimensions
        create m -f               | flag needs an argument: 'f' in -f
        create m --quantize       | flag needs an argument: --quantize
        create -x m               | unknown shorthand flag: 'x' in -x
        create -xf m              | unknown shorthand flag: 'x' in -xf
        show -vx m                | unknown shorthand flag: 'x' in -x
        run m hi --format=1       | --format must be json or a JSON schema, not "1"
        """)
    void wrongUsageIsOneLine(String arguments, String sentence) {
        ClientRun run = ClientRun.of(1, "", List.of(arguments.split(" ")));
        assertThat(run).isEqualTo(new ClientRun(1, "", "Error: " + sentence + "\n"));
    }

    @Test
    void aValueThatIsNoneIsNamedInGosWords() {
        String syntax = ": invalid syntax";
        assertFails(
                "run m --dimensions y",
                "invalid argument \"y\" for \"--dimensions\" flag:" + " strconv.ParseInt: parsing \"y\"" + syntax);
        assertFails(
                "show m --verbose=so",
                "invalid argument \"so\" for \"-v, --verbose\" flag:" + " strconv.ParseBool: parsing \"so\"" + syntax);
        assertFails(
                "pull m --insecure=",
                "invalid argument \"\" for \"--insecure\" flag:" + " strconv.ParseBool: parsing \"\"" + syntax);
    }

    @Test
    void whatOllamaHasAndWeHaveNotIsRefusedWithTheReason() {
        assertFails(
                "create m --experimental",
                "--experimental makes models of safetensors, which is not supported;"
                        + " convert yours with llama.cpp's convert_hf_to_gguf.py, and create it from the GGUF file");
        for (String command : List.of("signin", "signout now", "login", "logout")) {
            assertFails(command, "there is no cloud account to sign in to or out of: every model runs on this machine");
        }
        assertFails(
                "launch claude --model m",
                "launch is not supported; point the tool at this server instead: http://127.0.0.1:11434 for Ollama's"
                        + " API, http://127.0.0.1:11434/v1 for OpenAI's and Anthropic's");
    }

    private static void assertFails(String arguments, String sentence) {
        assertThat(ClientRun.of(1, "", List.of(arguments.split(" "))))
                .isEqualTo(new ClientRun(1, "", "Error: " + sentence + "\n"));
    }

    @Test
    void flagsTakeTruthsAndTheLastOneCounts() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 200, "{\"capabilities\":[\"embedding\"]}")
                    .reply("POST /api/embed", 200, "{\"embeddings\":[[1]]}");
            for (String flags : List.of(
                    "show m --verbose",
                    "show m --verbose=T",
                    "show m -v=1",
                    "show m --verbose=false -v",
                    "show m --verbose --verbose")) {
                ClientRun.of(server.port(), "", List.of(flags.split(" ")));
                assertThat(server.requests().getLast()).as(flags).contains("\"verbose\":true");
            }
            for (String flags : List.of("show m --verbose=false", "show m -v --verbose=0", "show -- m")) {
                ClientRun.of(server.port(), "", List.of(flags.split(" ")));
                assertThat(server.requests().getLast()).as(flags).contains("\"verbose\":false");
            }
            ClientRun.of(
                    server.port(),
                    "",
                    List.of("run", "m", "hi", "--truncate=F", "--keepalive", "1m", "--keepalive=2m"));
            assertThat(server.requests().getLast()).contains("\"truncate\":false", "\"keep_alive\":\"2m\"");
        }
    }

    @Test
    void aReplyWithoutJsonIsShownWithItsStatus() throws IOException {
        try (var server = new FakeOllama()) {
            assertThat(ClientRun.of(server.port(), "", List.of("cp", "a", "b")).err())
                    .isEqualTo("Error: 404 Not Found: 404 page not found\n");
            server.reply("GET /api/tags", 200, "<html>");
            assertThat(ClientRun.of(server.port(), "", List.of("list")).err()).contains("does not answer as a model");
        }
    }

    @Test
    void aFailureInTheStreamEndsTheAnswer() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 200, "{\"capabilities\":[\"completion\"]}")
                    .reply("POST /api/generate", 200, "{\"response\":\"Hel\"}\n{\"error\":\"out of memory\"}\n");
            assertThat(ClientRun.of(server.port(), "", List.of("run", "m", "hi")))
                    .isEqualTo(new ClientRun(1, "Hel", "Error: out of memory\n"));
        }
    }

    @Test
    void aConnectionThatBreaksOffIsAFailure() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var server = Thread.ofVirtual().start(() -> {
                try (var socket = listener.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"mod"
                                    .getBytes(StandardCharsets.UTF_8));
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(ClientRun.of(listener.getLocalPort(), "", List.of("list"))
                            .err())
                    .isEqualTo("Error: the server ended the connection in the middle of its reply\n");
            server.join();
        }
    }

    @Test
    void aPrefixFiltersTheList() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("GET /api/tags", 200, MODELS);
            assertThat(ClientRun.of(server.port(), "", List.of("ls", "TINY"))
                            .out()
                            .lines())
                    .containsExactly(
                            "NAME           ID              SIZE      MODIFIED ",
                            "Tiny:latest    33b749849406    8.8 MB    Never       ");
            assertThat(ClientRun.of(server.port(), "", List.of("list", "smol")).out())
                    .contains("smol:latest    fd5f    -       Never");
        }
    }

    @Test
    void flagsOfRunReachTheServer() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 200, "{\"capabilities\":[\"completion\"]}")
                    .reply("POST /api/generate", 200, "{\"response\":\"{}\",\"done\":true}\n");
            var arguments =
                    List.of("run", "m", "--think", "say", "it", "--keepalive", "10m", "--format={\"type\":\"object\"}");
            assertThat(ClientRun.of(server.port(), "piped\n", arguments).out()).isEqualTo("{}\n\n");
            assertThat(server.requests().getLast())
                    .startsWith("POST /api/generate {\"model\":\"m\",\"keep_alive\":\"10m\",")
                    .endsWith(",\"format\":{\"type\":\"object\"},\"think\":true,\"prompt\":\"piped\\n say it\"}");
        }
    }

    @Test
    void filesOfThePromptGoToAModelThatSees(@TempDir Path folder) throws IOException {
        Path picture = Files.write(
                folder.resolve("a cat (1).png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 7});
        String prompt = "What is on " + picture.toString().replace(" ", "\\ ") + " here?";
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 200, "{\"capabilities\":[\"completion\",\"vision\"]}")
                    .reply("POST /api/generate", 200, "{\"response\":\"A cat\",\"done\":true}\n");
            ClientRun run = ClientRun.of(server.port(), "", List.of("run", "m", prompt));
            assertThat(run).isEqualTo(new ClientRun(0, "A cat\n\n", "Added image '" + picture + "'\n"));
            assertThat(server.requests().getLast())
                    .isEqualTo("POST /api/generate {\"model\":\"m\",\"prompt\":\"What is on  here?\","
                            + "\"images\":[\"iVBORw0KGgoH\"]}");
            server.reply("POST /api/show", 200, "{\"capabilities\":[\"completion\"]}");
            assertThat(ClientRun.of(server.port(), "", List.of("run", "m", prompt))
                            .err())
                    .isEmpty();
            assertThat(server.requests().getLast()).doesNotContain("images").contains("png here?");
        }
    }

    @Test
    void anEmbeddingModelGivesItsVector() throws IOException {
        try (var server = new FakeOllama()) {
            server.reply("POST /api/show", 200, "{\"capabilities\":[\"embedding\"]}")
                    .reply("POST /api/embed", 200, "{\"embeddings\":[[0.5,-1]]}");
            assertThat(ClientRun.of(server.port(), "", List.of("run", "m", "hi"))
                            .out())
                    .isEqualTo("[0.5,-1]\n");
            var flags = List.of("run", "m", "hi", "--dimensions=2", "--truncate=false", "--keepalive=1m");
            assertThat(ClientRun.of(server.port(), "", flags).code()).isZero();
            assertThat(server.requests().getLast())
                    .isEqualTo("POST /api/embed {\"model\":\"m\",\"input\":\"hi\",\"keep_alive\":\"1m\","
                            + "\"truncate\":false,\"dimensions\":2}");
            assertThat(ClientRun.of(server.port(), "", List.of("run", "m")).err())
                    .isEqualTo("Error: embedding models require input text. Usage: llamero run m \"your text here\"\n");
        }
    }
}
