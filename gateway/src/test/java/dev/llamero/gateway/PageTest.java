package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser against a scripted proxy: what a person does and sees. Screenshots of the states go to
 * {@code target/screenshots}.
 */
class PageTest {
    private static final String RICH = """
        ## A short comparison

        Both have their place. **TCP** is reliable, *UDP* is quick; see `RFC 9293`.

        | Property | TCP | UDP |
        |---|:---:|---:|
        | Order kept | yes | no |
        | Header bytes | 20 | 8 |

        ```java
        /** A point in the plane. */
        record Point(double x, double y) {
            double distance(Point other) {
                return Math.hypot(x - other.x, y - other.y); // metres
            }
        }
        ```

        1. Measure first.
        2. Then choose:
           - latency
           - loss

        > Premature choice is the root of some evil.
        """;

    private static Chromium chromium;

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<String> foreign = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private RunningGateway gateway;
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void startBrowser() {
        chromium = Chromium.startOrSkip();
    }

    @AfterAll
    static void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void open() {
        gateway = RunningGateway.start(proxy.address(), data);
        open(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(1280, 800));
    }

    private void open(Browser.NewContextOptions options) {
        if (context != null) {
            context.close();
        }
        context = chromium.browser.newContext(options);
        page = context.newPage();
        page.onRequest(request -> {
            if (!request.url().startsWith("http://" + gateway.host() + "/")
                    && !request.url().startsWith("data:")) {
                foreign.add(request.url());
            }
        });
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(gateway.http("/").toString());
    }

    @AfterEach
    void close() {
        goOn.countDown();
        context.close();
        gateway.close();
        proxy.close();
        assertThat(foreign).as("requests to elsewhere").isEmpty();
    }

    private Locator input() {
        return page.getByRole(AriaRole.TEXTBOX);
    }

    private Locator answer() {
        return page.locator("llamero-message.assistant > .content").last();
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private void ask(String question) {
        input().fill(question);
        input().press("Enter");
    }

    private void shoot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", name + ".png")));
    }

    private void awaitGoOn() throws InterruptedException {
        goOn.await(30, TimeUnit.SECONDS);
    }

    @Test
    void anEmptyPageGreetsAndShowsTheModel() {
        assertThat(page.locator(".greeting h2")).hasText("What can I help with?");
        assertThat(page.locator(".model")).containsText("test-model");
        assertThat(input()).isFocused();
        shoot("empty");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aQuestionIsAnsweredAsTheWordsCome() {
        proxy.answers((request, reply) -> {
            reply.begin().content("The **first** half");
            awaitGoOn();
            reply.content(" and the second.").end(5, 4);
        });
        ask("Tell me in two halves");
        assertThat(answer()).hasText("The first half");
        assertThat(button("Stop")).isVisible();
        shoot("streaming");
        goOn.countDown();
        assertThat(answer()).hasText("The first half and the second.");
        assertThat(answer().locator("strong")).hasText("first");
        assertThat(page.locator("llamero-sidebar li a")).hasText("Tell me in two halves");
        assertThat(button("Send")).isVisible();
        assertThat(complaints).isEmpty();
    }

    @Test
    void shiftEnterStartsALineAndEnterSends() throws InterruptedException {
        input().fill("one");
        input().press("Shift+Enter");
        input().pressSequentially("two");
        input().press("Enter");
        assertThat(proxy.nextRequest().json().at("/messages/0/content").asText())
                .isEqualTo("one\ntwo");
    }

    @Test
    void markdownTablesAndCodeAreDrawn() {
        proxy.answers((request, reply) -> {
            reply.begin();
            for (int i = 0; i < RICH.length(); i += 7) {
                reply.content(RICH.substring(i, Math.min(RICH.length(), i + 7)));
            }
            reply.end(12, 190);
        });
        ask("Compare TCP and UDP");
        assertThat(answer().locator("h2")).hasText("A short comparison");
        assertThat(answer().locator("td").nth(1)).hasText("yes");
        assertThat(answer().locator("pre .hljs-keyword").first()).hasText("record");
        assertThat(answer().locator("ol > li")).hasCount(2);
        assertThat(answer().locator("blockquote")).containsText("Premature");
        assertThat(answer().getByRole(AriaRole.BUTTON)).hasText("Copy");
        page.evaluate("document.querySelector('.scroller').scrollTop = 0");
        shoot("answer");
        assertThat(complaints).isEmpty();
    }

    @Test
    void streamedMarkdownEndsAsTheSameDocumentAsReloadedMarkdown() {
        proxy.answers((request, reply) -> {
            reply.begin();
            for (int i = 0; i < RICH.length(); i++) {
                reply.content(RICH.substring(i, i + 1));
            }
            reply.end(12, 190);
        });
        ask("Compare");
        assertThat(button("Answer again")).isVisible();
        assertThat(answer().locator("pre .hljs-keyword").first()).isVisible();
        Object streamed = answer().innerHTML();
        page.reload();
        assertThat(answer().locator("pre .hljs-keyword").first()).isVisible();
        assertThat(answer().innerHTML()).isEqualTo(streamed);
    }

    @Test
    void whatTheModelWritesAsHtmlDoesNothing() {
        String attack = "Hello <script>window.hacked=1</script> <img src=x onerror=\"window.hacked=2\">\n\n"
                + "[click](javascript:window.hacked=3) ![spy](https://example.invalid/pixel.png)\n\n"
                + "<iframe srcdoc=\"<script>parent.hacked=4</script>\"></iframe>\n\n"
                + "<style>body{display:none}</style>\n\n<div onclick=\"window.hacked=5\" class=\"error\">x</div>\n\n"
                + "```html\n<script>window.hacked=6</script>\n```\n\ndone";
        proxy.answers((request, reply) -> reply.answer(attack));
        ask("Attack me");
        assertThat(answer()).containsText("done");
        assertThat(answer()).containsText("<script>window.hacked=1</script>");
        assertThat(answer().locator("script, img, iframe, style, [onclick], [onerror]"))
                .hasCount(0);
        assertThat(answer().locator("a[href^=javascript]")).hasCount(0);
        answer().getByText("click", new Locator.GetByTextOptions().setExact(true))
                .click();
        assertThat(page.evaluate("window.hacked")).isNull();
    }

    @Test
    void anAnswerCanBeStopped() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Once upon a time");
            reply.awaitHangUp();
            goOn.countDown();
        });
        ask("Tell a long story");
        assertThat(answer()).hasText("Once upon a time");
        button("Stop").click();
        assertThat(page.locator(".ended")).hasText("You stopped this answer.");
        assertThat(answer()).hasText("Once upon a time");
        assertThat(button("Send")).isVisible();
    }

    @Test
    void aReloadInTheMiddleLosesNothing() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Before the reload, ");
            awaitGoOn();
            reply.content("and after it.").end(3, 6);
        });
        ask("Go on while I am away");
        assertThat(answer()).hasText("Before the reload,");
        page.reload();
        assertThat(answer()).hasText("Before the reload,");
        assertThat(button("Stop")).isVisible();
        goOn.countDown();
        assertThat(answer()).hasText("Before the reload, and after it.");
        assertThat(page.locator("llamero-message")).hasCount(2);
    }

    @Test
    void thinkingIsFoldedAndCanBeRead() {
        proxy.answers((request, reply) -> {
            reply.begin()
                    .reasoning("The user greets me. I should **greet** back.")
                    .content("Good morning!");
            reply.end(9, 17);
        });
        ask("Good morning");
        assertThat(answer()).hasText("Good morning!");
        assertThat(page.locator("summary")).containsText("Thought for");
        assertThat(page.locator(".thinking llamero-markdown")).not().isVisible();
        page.locator("summary").click();
        assertThat(page.locator(".thinking llamero-markdown")).containsText("I should greet back.");
        shoot("thinking");
        ask("And again");
        assertThat(answer()).hasText("Good morning!");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aFailureSaysWhichLayerAndCanBeTriedAgain() {
        proxy.answers((request, reply) ->
                reply.json(502, "{\"error\":{\"message\":\"inference at 127.0.0.1:11434 refused the connection\"}}"));
        ask("Are you there?");
        assertThat(page.locator(".error h4")).hasText("The inference server is down");
        assertThat(page.locator(".error")).containsText("refused the connection");
        assertThat(page.locator(".error .remedy")).containsText("./llamero up");
        shoot("error");
        proxy.answers((request, reply) -> reply.answer("Yes, now I am."));
        button("Try again").click();
        assertThat(answer()).hasText("Yes, now I am.");
        assertThat(page.locator(".error")).hasCount(0);
        assertThat(page.locator("llamero-message.user")).hasCount(1);
    }

    @Test
    void debugShowsEveryLayerAndTheLastQuestion() {
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        ask("/debug");
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog.locator("[data-layer=gateway]")).containsText("Up");
        assertThat(dialog.locator("[data-layer=proxy]")).containsText("9.9.9");
        assertThat(dialog.locator("[data-layer=inference]")).containsText("0.30.11");
        assertThat(dialog.locator(".latency")).hasText(new Pattern[] {
            Pattern.compile("[\\d.]+ ms"), Pattern.compile("[\\d.]+ ms"), Pattern.compile("1\\.3 ms|1\\.2 ms")
        });
        assertThat(dialog).containsText("7 in, 1 out");
        shoot("debug");
        page.keyboard().press("Escape");
        assertThat(dialog).not().isVisible();
        assertThat(page.locator("llamero-message.user")).hasCount(1);
        proxy.close();
        ask("/debug");
        assertThat(dialog.locator("[data-layer=proxy]")).containsText("Down");
        assertThat(dialog.locator("[data-layer=proxy] .remedy")).containsText("./llamero");
        assertThat(dialog.locator("[data-layer=inference]")).containsText("Down");
        shoot("debug-down");
    }

    @Test
    void chineseIsSpoken() {
        open(new Browser.NewContextOptions()
                .setLocale("zh-CN")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(1280, 800));
        proxy.answers((request, reply) -> {
            reply.begin();
            byte[] event = "data: {\"choices\":[{\"delta\":{\"content\":\"你好,世界!🦙 有什么可以帮你?\"}}]}\n\n"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (byte b : event) {
                reply.chunk(new byte[] {b});
            }
            reply.end(4, 9);
        });
        assertThat(page.locator(".greeting h2")).hasText("今天想聊点什么?");
        ask("用中文打个招呼");
        assertThat(answer()).hasText("你好,世界!🦙 有什么可以帮你?");
        shoot("chinese");
        button("English").click();
        assertThat(button("New chat")).isVisible();
    }

    @Test
    void chatsAreListedRenamedAndDeleted() {
        ask("First chat");
        assertThat(answer()).hasText("Hello.");
        button("New chat").click();
        assertThat(page.locator(".greeting")).isVisible();
        ask("Second chat");
        assertThat(page.locator("llamero-sidebar li a")).hasText(new String[] {"Second chat", "First chat"});
        page.locator("llamero-sidebar li").nth(1).hover();
        button("Rename: First chat").click();
        page.getByLabel("Title").fill("Named by hand");
        page.getByLabel("Title").press("Enter");
        assertThat(page.locator("llamero-sidebar li a").nth(1)).hasText("Named by hand");
        page.locator("llamero-sidebar li a").nth(1).click();
        assertThat(page.locator("llamero-message.user .bubble")).hasText("First chat");
        page.locator("llamero-sidebar li").nth(1).hover();
        button("Delete: Named by hand").click();
        button("Delete: Named by hand").click();
        assertThat(page.locator("llamero-sidebar li a")).hasText(new String[] {"Second chat"});
        assertThat(page.locator(".greeting")).isVisible();
    }

    @Test
    void aLostGatewayIsSaidAndWhatWasSentMeanwhileGoesOutLater() {
        ask("Before");
        assertThat(answer()).hasText("Hello.");
        int port = gateway.port();
        gateway.close();
        assertThat(page.locator(".banner.offline")).isVisible();
        ask("While you were away");
        assertThat(page.locator(".queued")).containsText("While you were away");
        shoot("offline");
        gateway = RunningGateway.start(proxy.address(), data, "--port", String.valueOf(port));
        assertThat(page.locator(".banner.offline")).not().isVisible();
        assertThat(page.locator("llamero-message.assistant")).hasCount(2);
        assertThat(page.locator("llamero-message.user .bubble").last()).hasText("While you were away");
        assertThat(answer()).hasText("Hello.");
    }

    @Test
    void anotherModelCanBeChosenAndIsRemembered() throws InterruptedException {
        proxy.lists("{\"data\":[{\"id\":\"qwen3:4b\"},{\"id\":\"gemma3\"}]}");
        page.reload();
        page.locator(".model select").selectOption("gemma3");
        ask("Who are you?");
        assertThat(proxy.nextRequest().json().get("model").asText()).isEqualTo("gemma3");
        assertThat(page.locator(".tools small").last()).containsText("gemma3");
        page.reload();
        assertThat(page.locator(".model select")).hasValue("gemma3");
    }

    @Test
    void aToyModelIsNamedAsOne() {
        proxy.lists("{\"data\":[{\"id\":\"toy-qwen3:latest\"}]}");
        page.reload();
        assertThat(page.locator(".banner.toy")).containsText("./llamero pull");
        shoot("toy");
    }

    @Test
    void theViewFollowsTheAnswerUnlessScrolledAway() {
        proxy.answers((request, reply) -> {
            reply.begin();
            for (int i = 0; i < 80; i++) {
                reply.content("Paragraph " + i + "\n\n");
            }
            awaitGoOn();
            reply.content("The very end").end(2, 80);
        });
        ask("Write much");
        assertThat(answer()).containsText("Paragraph 79");
        assertThat(page.getByText("Paragraph 79")).isInViewport();
        page.locator(".scroller").hover();
        page.mouse().wheel(0, -1500);
        assertThat(page.getByText("Paragraph 79")).not().isInViewport();
        goOn.countDown();
        assertThat(answer()).containsText("The very end");
        assertThat(page.getByText("The very end")).not().isInViewport();
        button("To the latest message").click();
        assertThat(page.getByText("The very end")).isInViewport();
    }

    @Test
    void aLongChatOpensAtItsEndAndOlderMessagesComeOnDemand() throws InterruptedException {
        try (var filler = TestBrowser.connect(gateway.webSocket())) {
            for (int i = 1; i <= 60; i++) {
                String key = "long-chat-" + i;
                filler.granted(
                        "chat.send", "sessionKey", "long-chat-0001", "message", "Question " + i, "idempotencyKey", key);
                int number = i;
                filler.await(
                        "end " + i,
                        message -> message.path("event").asText().equals("session.changed")
                                && !message.at("/payload/session/running").asBoolean()
                                && proxy.unseenRequests() >= number);
                filler.forget();
            }
        }
        page.navigate(gateway.http("/#/c/long-chat-0001").toString());
        assertThat(page.getByText("Question 60", new Page.GetByTextOptions().setExact(true))
                        .last())
                .isInViewport();
        assertThat(page.locator("llamero-message")).hasCount(100);
        button("Show earlier messages").click();
        assertThat(page.locator("llamero-message")).hasCount(120);
        assertThat(button("Show earlier messages")).hasCount(0);
        assertThat(page.getByText("Question 60", new Page.GetByTextOptions().setExact(true))
                        .last())
                .not()
                .isInViewport();
    }

    @Test
    void aPhoneHasTheListInADrawer() {
        open(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setViewportSize(390, 844)
                .setReducedMotion(ReducedMotion.REDUCE)
                .setIsMobile(true)
                .setHasTouch(true));
        proxy.answers((request, reply) -> reply.answer(RICH));
        ask("Compare on a phone");
        assertThat(answer().locator("blockquote")).isVisible();
        assertThat(page.locator("llamero-sidebar")).not().isVisible();
        assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .isTrue();
        shoot("phone");
        button("Show chats").click();
        assertThat(page.locator("llamero-sidebar li a")).isVisible();
        shoot("phone-list");
        button("New chat").click();
        assertThat(page.locator("llamero-sidebar")).not().isVisible();
    }

    @Test
    void darkFollowsTheSystem() {
        open(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(1280, 800)
                .setColorScheme(ColorScheme.DARK));
        proxy.answers((request, reply) -> reply.answer(RICH));
        ask("Compare in the dark");
        assertThat(answer().locator("pre .hljs-keyword").first()).hasText("record");
        Object paper = page.evaluate("getComputedStyle(document.body).backgroundColor");
        assertThat(paper).isEqualTo("rgb(28, 26, 24)");
        shoot("dark");
    }
}
