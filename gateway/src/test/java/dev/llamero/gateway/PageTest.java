package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;

/** A question and its answer on the page: what a person does and sees. */
class PageTest extends BrowserTest {
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
        assertThat(page.locator(".ended")).containsText("You stopped this answer.");
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
}
