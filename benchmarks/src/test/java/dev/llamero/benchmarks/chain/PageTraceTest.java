package dev.llamero.benchmarks.chain;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code /debug} draws in the real page after questions to the real chain: its parts add up to what the browser
 * measured, whatever happened to the answer on its way.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageTraceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double PAGE_WAIT_MILLIS = 120_000;
    private static final int LONG_TOKENS = 150;
    private static final int SHORT = 5;
    /** Answers for seconds. */
    private static final Path LONGER = RunningChain.root().resolve("../shared/models/SmolLM2-135M-Instruct.Q4_1.gguf");

    /** Of what the browser measured. */
    private static final double SHARE_MAX = 0.05;

    /** Beside it, for what a busy machine does between two clock readings. */
    private static final double SLACK_MILLIS = 5;

    @TempDir
    static Path folder;

    private static RunningChain chain;
    private static TestChromium browser;
    private static Page page;
    /** The turn that was checked last. */
    private static String over = "";

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        browser = TestChromium.startOrSkip();
        if (Files.exists(LONGER)) {
            Path models = Files.createDirectories(folder.resolve("models"));
            Files.copy(LONGER, models.resolve("longer.gguf"));
        }
        chain = RunningChain.start(RunningChain.root().resolve("models/tiny-qwen3/tiny-qwen3.gguf"), folder);
        page = browser.page(chain.gateway());
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (chain != null) {
            chain.close();
        }
    }

    @Test
    @Order(1)
    void firstQuestionAfterTheStart() throws IOException {
        set("tiny-qwen3", "off");
        ask("Who are you?");
        check(page, "first");
    }

    @Test
    @Order(2)
    void shortAnswers() throws IOException {
        for (int i = 0; i < SHORT; i++) {
            ask("What is 2 + " + i + "?");
            check(page, "short " + i);
        }
    }

    @Test
    @Order(3)
    void answerAgain() throws IOException {
        page.getByLabel("Answer again").last().click();
        check(page, "again");
    }

    @Test
    @Order(4)
    void answerWithThinking() throws IOException {
        set("tiny-qwen3", "on");
        ask("Why is the sky blue?");
        check(page, "thinking");
        assertThat(page.locator("llamero-message.assistant details.thinking").last())
                .isVisible();
    }

    @Test
    @Order(5)
    void longAnswer() throws IOException {
        setLonger();
        ask("Write a long story about a llama and a lighthouse.");
        check(page, "long");
    }

    @Test
    @Order(6)
    void stoppedAnswer() throws IOException {
        setLonger();
        ask("Write another long story.");
        awaitText(page);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop"))
                .click();
        check(page, "stopped");
    }

    @Test
    @Order(7)
    void reloadInTheMiddle() throws IOException {
        setLonger();
        ask("Write a long story again.");
        awaitText(page);
        page.reload();
        check(page, "reloaded");
    }

    @Test
    @Order(8)
    void secondTabInTheMiddle() throws IOException {
        setLonger();
        ask("Write a story for two tabs.");
        awaitText(page);
        Page second = page.context().newPage();
        second.navigate(page.url());
        awaitEnd(page);
        check(second, "two tabs, the second");
        second.close();
        checkNow(page, "two tabs, the first");
    }

    /** When the newest answer is over: what no part explains is little beside what the browser measured. */
    private static void check(Page from, String what) throws IOException {
        awaitEnd(from);
        checkNow(from, what);
    }

    private static void checkNow(Page from, String what) throws IOException {
        type(from, "/debug");
        Locator dialog = from.getByRole(AriaRole.DIALOG);
        assertThat(dialog.locator("tfoot"))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PAGE_WAIT_MILLIS));
        JsonNode report = JSON.readTree(
                (String) from.evaluate("() => JSON.stringify(document.querySelector('llamero-debug').report)"));
        from.keyboard().press("Escape");
        assertThat(dialog).not().isVisible();
        over = report.at("/lastTurn/id").asText();
        JsonNode trace = report.path("trace");
        double measured = trace.path("measuredMillis").asDouble();
        double unexplained = trace.path("unexplainedMillis").asDouble();
        var parts = new StringBuilder();
        double sum = 0;
        for (JsonNode part : trace.path("parts")) {
            sum += part.path("millis").asDouble();
            parts.append(String.format(
                    Locale.ROOT,
                    " %s.%s %.1f",
                    part.path("layer").asText(),
                    part.path("name").asText(),
                    part.path("millis").asDouble()));
        }
        System.out.printf(
                Locale.ROOT,
                "trace in the page, %s: browser %.1f ms, parts %.2f %%, unexplained %.1f ms:%s; page %s%n",
                what,
                measured,
                100 * sum / measured,
                unexplained,
                parts,
                trace.path("page"));
        assertThat(trace.path("page").isObject())
                .as("%s was measured in the page: %s", what, trace)
                .isTrue();
    }

    private static void setLonger() {
        Assumptions.assumeTrue(
                Files.exists(LONGER), () -> "no longer answers: " + LONGER.toAbsolutePath() + " is absent");
        set("longer", "default");
    }

    private static void set(String model, String thinking) {
        page.evaluate(
                "settings => { const { store } = document.querySelector('llamero-app');"
                        + " return store.configure({ ...store.settings, ...settings }); }",
                Map.of("model", model, "thinking", thinking, "answerTokensMax", LONG_TOKENS, "temperature", 0));
    }

    private static void ask(String question) {
        type(page, question);
    }

    private static void type(Page into, String text) {
        Locator input = into.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Message"));
        input.fill(text);
        input.press("Enter");
    }

    /** Something of the newest answer is here. */
    private static void awaitText(Page of) {
        of.waitForFunction(
                "before => { const last = document.querySelector('llamero-app').store.messages.at(-1);"
                        + " return last?.turn && last.turn.id !== before && last.content; }",
                over,
                new Page.WaitForFunctionOptions().setTimeout(PAGE_WAIT_MILLIS));
    }

    /** The newest turn of the page is over, and it is not one that was over before. */
    private static void awaitEnd(Page of) {
        of.waitForFunction(
                "before => { const last = document.querySelector('llamero-app').store.messages.at(-1);"
                        + " return last?.turn && last.turn.id !== before && last.turn.state !== 'RUNNING'; }",
                over,
                new Page.WaitForFunctionOptions().setTimeout(PAGE_WAIT_MILLIS));
    }
}
