package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.http.StoreServer;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A chat in a terminal of pipes, against a server whose answers the test speaks. */
@Tag("server")
@Timeout(60)
class ChatTest {
    private static final long WAIT_SECONDS = 20;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PipedOutputStream keys = new PipedOutputStream();
    private StoreServer server;
    private Terminal terminal;
    private FutureTask<ClientRun> chat;

    @BeforeEach
    void start() throws Exception {
        server = StoreServer.scripted(folder.resolve("store"), List.of("smol", "tiny-qwen3"));
        terminal = TerminalBuilder.builder()
                .system(false)
                .type("dumb")
                .encoding(StandardCharsets.UTF_8)
                .streams(new PipedInputStream(keys, 1 << 16), screen)
                .build();
    }

    @AfterEach
    void end() throws Exception {
        keys.close();
        server.close();
        terminal.close();
    }

    private void chat(String... flags) {
        var surroundings = new Surroundings(
                Map.of("OLLAMA_HOST", "127.0.0.1:" + server.port(), "OLLAMA_EDITOR", folder + "/editor.sh"),
                folder,
                InputStream.nullInputStream(),
                Set.of(0, 1),
                () -> terminal);
        var arguments = new java.util.ArrayList<>(List.of("run", "smol"));
        arguments.addAll(List.of(flags));
        chat = new FutureTask<>((Callable<ClientRun>) () -> ClientRun.of(surroundings, arguments));
        Thread.ofPlatform().name("chat").daemon().start(chat);
    }

    /** Roles and texts in the template of the recorded store's {@code smol}. */
    private static String prompt(String... parts) {
        var prompt = new StringBuilder();
        for (int i = 0; i < parts.length; i += 2) {
            prompt.append("<|im_start|>" + parts[i] + "\n" + parts[i + 1] + "<|im_end|>\n");
        }
        return prompt.append("<|im_start|>assistant\n").toString();
    }

    private void type(String text) throws Exception {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private String screen() {
        return screen.toString(StandardCharsets.UTF_8).replace("\r", "");
    }

    private void awaitScreen(String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!screen().contains(text)) {
            assertThat(System.nanoTime())
                    .as("waited for <%s> in %s", text, screen())
                    .isLessThan(deadline);
            Thread.onSpinWait();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Waits for a text that comes after the last occurrence of one that is there. */
    private void awaitBehind(String earlier, String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!screen().substring(screen().lastIndexOf(earlier)).contains(text)) {
            assertThat(System.nanoTime())
                    .as("waited for <%s> behind <%s> in %s", text, earlier, screen())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void leave(String how) throws Exception {
        type(how);
        assertThat(chat.get(WAIT_SECONDS, TimeUnit.SECONDS).code()).isZero();
    }

    @Test
    void answersAndRemembersTheConversation() throws Exception {
        chat();
        type("hello\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("user", "hello"));
        server.answer("Good ", "day");
        awaitScreen("Good day\n\n");
        type("again\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("user", "hello", "assistant", "Good day", "user", "again"));
        server.answer("Yes");
        awaitScreen("Yes\n\n");
        type("/clear\n");
        awaitScreen("Cleared session context");
        type("new\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("user", "new"));
        server.answer("One");
        leave("/bye\n");
        assertThat(Files.readString(folder.resolve(".llamero/history"))).startsWith("hello\nagain\n/clear\nnew\n");
    }

    @Test
    void aMessageBetweenTripleQuotesMayHaveLines() throws Exception {
        chat();
        type("\"\"\"one\n");
        type("two \\ \"x\"\"\"\"\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("user", "one\ntwo \\ \"x\""));
        server.answer("Two lines");
        awaitScreen("Two lines");
        awaitBehind("Two lines", ">>> ");
        leave("\004");
    }

    @Test
    void ctrlCStopsTheAnswerAndTheChatGoesOn() throws Exception {
        chat();
        type("tell a story\n");
        server.nextPrompt();
        server.say("Once upon");
        awaitScreen("Once upon");
        terminal.raise(Terminal.Signal.INT);
        assertThat(server.awaitCancel()).isTrue();
        type("go on\n");
        assertThat(server.nextPrompt())
                .isEqualTo(prompt("user", "tell a story", "assistant", "Once upon", "user", "go on"));
        server.answer("a time");
        awaitScreen("a time");
        leave("/exit\n");
    }

    @Test
    void settingsAreSentAndConfirmed() throws Exception {
        chat();
        type("/set parameter temperature 0.25\n");
        awaitScreen("Set parameter 'temperature' to '0.25'");
        type("/set parameter nonsense 1\n");
        awaitScreen("Couldn't set parameter: \"unknown parameter 'nonsense'\"");
        type("/set parameter top_k much\n");
        awaitScreen("Couldn't set parameter: \"invalid int value [much]\"");
        type("/set system \"\"\"Be\n");
        type("brief.\"\"\"\n");
        awaitScreen("Set system message.");
        type("/set verbose\n");
        awaitScreen("Set 'verbose' mode.");
        type("hi\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("system", "Be\nbrief.", "user", "hi"));
        server.answer("Hi");
        awaitScreen("eval count:           1 token(s)");
        type("/show parameters\n");
        awaitScreen("  temperature                    0.25");
        type("/show system\n");
        awaitScreen("Be\nbrief.\n");
        leave("/bye\n");
    }

    @Test
    void otherModelsAreLoadedAndFaultsDoNotEndTheChat() throws Exception {
        chat("--hidethinking");
        type("/nope\n");
        awaitScreen("Unknown command '/nope'. Type /? for help");
        type("/load absent\n");
        awaitScreen("Loading model 'absent'\nCouldn't find model 'absent'");
        type("/set think much\n");
        awaitScreen("error: invalid value for --think: \"much\"");
        type("/load tiny-qwen3\n");
        awaitScreen("Loading model 'tiny-qwen3'");
        type("/list tiny\n");
        awaitScreen("tiny-qwen3:latest    33b749849406");
        type("hello\n");
        server.nextPrompt();
        server.answer("<think>\nquiet\n</think>\n\n", "Loud");
        awaitScreen("Loud");
        assertThat(screen()).doesNotContain("quiet").doesNotContain("Thinking...");
        // Before the next prompt the terminal, not the line editor, reads keys, and would swallow this one.
        awaitBehind("Loud", ">>> ");
        leave("\004");
    }

    @Test
    void aMessageIsWrittenOnInAnEditor() throws Exception {
        chat();
        type("lost\007");
        awaitScreen("error: editor \"" + folder + "/editor.sh\" not found");
        Path editor = Files.writeString(folder.resolve("editor.sh"), "#!/bin/sh\nprintf ' and\\nmore\\n' >>$1\n");
        Files.setPosixFilePermissions(editor, PosixFilePermissions.fromString("rwx------"));
        type(" found\007");
        awaitScreen("more");
        type("!\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("user", "lost found and\nmore!"));
        server.answer("Yes");
        awaitScreen("Yes\n\n");
        leave("/bye\n");
    }

    @Test
    void theSystemMessageStaysAndAModelIsSavedWithTheConversation() throws Exception {
        chat();
        type("/set system first\n/set system Be brief.\n");
        type("hi\n");
        assertThat(server.nextPrompt()).isEqualTo(prompt("system", "Be brief.", "user", "hi"));
        server.answer("Hello");
        awaitScreen("Hello\n\n");
        type("/set parameter stop a b\n/set parameter temperature 0.5\n/show parameters\n");
        awaitScreen("  stop                           [a b]\n  temperature                    0.5\n");
        type("/save\n");
        awaitScreen("Usage:\n  /save <modelname>\n");
        type("/save in:va:lid\n");
        awaitScreen("error: The model name 'in:va:lid' is invalid\n");
        type("/save pal\n");
        awaitScreen("Created new model 'pal'\n");
        type("/load pal\n");
        awaitScreen("Loading model 'pal'\n>>> hi\nHello\n\n");
        type("again\n");
        assertThat(server.nextPrompt())
                .endsWith(prompt("system", "Be brief.", "user", "hi", "assistant", "Hello", "user", "again"));
        server.answer("Me");
        awaitScreen("Me\n\n");
        type("/clear\nnew\n");
        assertThat(server.nextPrompt()).endsWith(prompt("user", "hi", "assistant", "Hello", "user", "new"));
        server.answer("You");
        awaitScreen("You\n\n");
        leave("/bye now\n");
    }

    @Test
    void thinkingIsSetOff() throws Exception {
        chat();
        type("/load tiny-qwen3\n");
        type("hello\n");
        server.nextPrompt();
        server.answer("<think>\nhm\n</think>\n\n", "Hello");
        awaitScreen("Thinking...\nhm\n...done thinking.\n\nHello\n\n");
        awaitBehind("Hello", ">>> ");
        leave("\004");
    }
}
