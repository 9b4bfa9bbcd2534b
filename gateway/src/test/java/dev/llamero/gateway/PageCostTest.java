package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/**
 * What a long chat costs the browser: script time to open it, and per token of an answer in it and in an empty one. It
 * asserts that the figures were taken, never how large they are; {@link PageCostReport} writes them down.
 *
 * <p>As a test it runs in small; {@code -Dllamero.page.messages=1000 -Dllamero.page.tokens=4000
 * -Dllamero.page.out=FOLDER} makes it a measurement.
 */
class PageCostTest extends BrowserTest {
    private static final int MESSAGES = Integer.getInteger("llamero.page.messages", 20);
    private static final int TOKENS = Integer.getInteger("llamero.page.tokens", 200);
    private static final Path OUT = Path.of(System.getProperty("llamero.page.out", "target/page-cost"));
    private static final int SLICES = 10;
    private static final int TOKEN_CHARS = 4;
    private static final int PART_CHARS = 100_000;
    /** Tokens come one by one, as from a quick model: 200 a second. */
    private static final long TOKEN_MILLIS = 5;

    private final Semaphore slices = new Semaphore(0);

    @Override
    boolean listens() {
        return false;
    }

    @Test
    void aLongChatIsOpenedAndWrittenInto() throws IOException, InterruptedException {
        fill();
        var report = new PageCostReport(MESSAGES, TOKENS);
        page.navigate("about:blank");
        CDPSession devTools = page.context().newCDPSession(page);
        devTools.send("Performance.enable");
        Map<String, Double> start = metrics(devTools);
        page.navigate(gateway.http("/").toString());
        assertThat(page.locator("llamero-sidebar li a")).hasCount(1);
        Map<String, Double> loaded = metrics(devTools);
        report.opened("page without a chat", start, loaded);
        page.locator("llamero-sidebar li a").click();
        assertThat(page.locator("llamero-message .block").last()).isVisible();
        Map<String, Double> opened = metrics(devTools);
        report.opened("chat, its end shown", loaded, opened);
        assertThat(page.locator("llamero-message")).hasCount(MESSAGES);
        report.opened("chat, all of it there", loaded, metrics(devTools));
        report.streamed("in the long chat", stream(devTools));
        button("New chat").click();
        assertThat(page.locator(".greeting")).isVisible();
        report.streamed("in a new chat", stream(devTools));
        Files.createDirectories(OUT);
        report.write(OUT, chromium().browser.version());
        assertThat(OUT.resolve("README.md")).content().contains("chat, all of it there");
        assertThat(OUT.resolve("page-cost.svg")).content().contains("in the long chat");
        assertThat(complaints).isEmpty();
    }

    /** Half of the messages are questions, half are answers with a table and code. */
    private void fill() throws InterruptedException {
        var file = new StringBuilder("# Long chat\n");
        for (int i = 1; i <= MESSAGES / 2; i++) {
            file.append("\n## User\n\nQuestion ")
                    .append(i)
                    .append("\n\n## Assistant\n\n")
                    .append(RICH);
        }
        try (var filler = TestBrowser.connect(gateway.webSocket())) {
            for (int from = 0, part = 0; from < file.length(); from += PART_CHARS, part++) {
                int to = Math.min(file.length(), from + PART_CHARS);
                filler.granted(
                        "sessions.import",
                        "importKey",
                        "long-chat-0001",
                        "part",
                        part,
                        "last",
                        to == file.length(),
                        "text",
                        file.substring(from, to));
            }
        }
    }

    /** Script time of each tenth of an answer, in milliseconds per 100 tokens. */
    private List<Double> stream(CDPSession devTools) {
        int perSlice = TOKENS / SLICES;
        proxy.answers((request, reply) -> {
            reply.begin();
            String text = RICH.repeat(TOKENS * TOKEN_CHARS / RICH.length() + 2);
            for (int slice = 0; slice < SLICES; slice++) {
                slices.acquire();
                for (int i = slice * perSlice; i < (slice + 1) * perSlice; i++) {
                    reply.content(text.substring(i * TOKEN_CHARS, (i + 1) * TOKEN_CHARS));
                    Thread.sleep(TOKEN_MILLIS);
                }
            }
            reply.end(5, TOKENS);
        });
        ask("Write a long answer");
        assertThat(button("Stop")).isVisible();
        var costs = new ArrayList<Double>();
        for (int slice = 0; slice < SLICES; slice++) {
            double before = metrics(devTools).get("ScriptDuration");
            slices.release();
            // Seldom and cheap, or the waiting would be measured too.
            page.waitForFunction(
                    "chars => document.querySelector('.thread').lastElementChild.message?.content.length >= chars",
                    (slice + 1) * perSlice * TOKEN_CHARS,
                    new Page.WaitForFunctionOptions().setPollingInterval(100));
            costs.add((metrics(devTools).get("ScriptDuration") - before) * 1000 * 100 / perSlice);
        }
        assertThat(button("Answer again")).isVisible();
        return costs;
    }

    private static Map<String, Double> metrics(CDPSession devTools) {
        var metrics = new HashMap<String, Double>();
        devTools.send("Performance.getMetrics").getAsJsonArray("metrics").forEach(one -> {
            JsonObject metric = one.getAsJsonObject();
            metrics.put(metric.get("name").getAsString(), metric.get("value").getAsDouble());
        });
        return metrics;
    }
}
