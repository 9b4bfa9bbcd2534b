package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is around the answers: the list, the states of the page, its languages, sizes and colours. */
class PageStatesTest extends BrowserTest {
    @Test
    void anEmptyPageGreetsAndShowsTheModel() {
        assertThat(page.locator(".greeting h2")).hasText("What can I help with?");
        assertThat(page.locator(".model")).containsText("test-model");
        assertThat(input()).isFocused();
        shoot("empty");
        assertThat(complaints).isEmpty();
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
        button("Model: qwen3:4b").click();
        page.getByRole(AriaRole.RADIO)
                .filter(new Locator.FilterOptions().setHasText("gemma3"))
                .click();
        assertThat(page.locator(".popover")).not().isVisible();
        ask("Who are you?");
        assertThat(proxy.nextRequest().json().get("model").asText()).isEqualTo("gemma3");
        assertThat(page.locator(".tools small").last()).containsText("gemma3");
        page.reload();
        assertThat(button("Model: gemma3")).isVisible();
    }

    @Test
    void aToyModelIsNamedAsOne() {
        proxy.lists("{\"data\":[{\"id\":\"toy-qwen3:latest\"}]}");
        page.reload();
        assertThat(page.locator(".banner.toy")).containsText("./llamero pull qwen3:0.6b");
        shoot("toy");
    }

    @Test
    void aLongChatOpensAtItsEndAndOlderMessagesComeByThemselves() throws InterruptedException {
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
        assertThat(page.locator("llamero-message")).hasCount(120);
        assertThat(button("Show earlier messages")).hasCount(0);
        assertThat(page.getByText("Question 60", new Page.GetByTextOptions().setExact(true))
                        .last())
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
        assertThat((Boolean) page.evaluate("document.querySelector('main').getBoundingClientRect().right <= 390"
                        + " && document.documentElement.scrollWidth <= 390"))
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
