package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page without a mouse, and for people who hear it. */
class KeysTest extends BrowserTest {
    @Test
    void everyShortcutIsOnTheSheetAndWorks() {
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        press("Control+/");
        Locator sheet = page.getByRole(AriaRole.DIALOG);
        assertThat(sheet).containsText("Search all chats");
        assertThat(sheet.locator("dt")).hasCount(13);
        shoot("help");
        press("Escape");
        assertThat(sheet).not().isVisible();
        press("Control+k");
        assertThat(page.getByRole(AriaRole.SEARCHBOX)).isFocused();
        press("Shift+Escape");
        assertThat(input()).isFocused();
        press("Control+Shift+c");
        page.waitForCondition(() -> "Hello.".equals(page.evaluate("navigator.clipboard.readText()")));
        press("Control+b");
        assertThat(page.locator("llamero-sidebar")).not().isVisible();
        press("Control+b");
        assertThat(page.locator("llamero-sidebar")).isVisible();
        press("Control+,");
        assertThat(sheet).containsText("System prompt");
        press("Escape");
        press("Control+Shift+m");
        assertThat(page.getByRole(AriaRole.RADIO)).isFocused();
        press("Escape");
        assertThat(page.getByRole(AriaRole.RADIO)).not().isVisible();
        press("Control+Shift+o");
        assertThat(page.locator(".greeting")).isVisible();
        assertThat(complaints).isEmpty();
    }

    @Test
    void escapeStopsTheAnswerAndClosesWhatIsOpenFirst() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Once upon a time");
            reply.awaitHangUp();
        });
        ask("Tell a long story");
        assertThat(answer()).hasText("Once upon a time");
        press("Control+/");
        press("Escape");
        assertThat(page.getByRole(AriaRole.DIALOG)).not().isVisible();
        assertThat(button("Stop")).isVisible();
        press("Escape");
        assertThat(page.locator(".ended")).containsText("You stopped this answer.");
    }

    @Test
    void everythingThatCanBePressedHasANameAndAPlaceInTheOrder() {
        proxy.answers((request, reply) -> reply.answer(RICH));
        ask("Compare");
        assertThat(answer().locator("blockquote")).isVisible();
        assertThat((List<?>) page.evaluate("""
            [...document.querySelectorAll('button, a[href], input, textarea, select, summary, [tabindex="0"]')]
              .filter(node => node.checkVisibility() && !node.hidden)
              .filter(node => !(node.ariaLabel || node.textContent.trim()
                || node.labels?.length || node.closest('.table')))
              .map(node => node.outerHTML)\
            """)).isEmpty();
        input().focus();
        press("Shift+Tab");
        assertThat(button("Attach text files")).isFocused();
        press("Shift+Tab");
        assertThat(answer().locator("~ .tools button").last()).isFocused();
        assertThat(page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])"))
                .hasCount(0);
    }

    @Test
    void aScreenReaderHearsThatTheAnswerIsThereAndNotEachWord() {
        proxy.answers((request, reply) -> {
            reply.begin().content("The first half");
            awaitGoOn();
            reply.content(" and the second.").end(5, 4);
        });
        ask("Speak");
        assertThat(answer()).hasText("The first half");
        Locator status = page.locator("llamero-app > [role=status]");
        assertThat(status).hasText("Thinking");
        goOn.countDown();
        assertThat(status).hasText("Answer: The first half and the second.");
        assertThat(page.getByRole(AriaRole.LOG)).hasAttribute("aria-live", "off");
    }

    @Test
    void coloursAreChosenAndRemembered() {
        assertThat(paper()).isEqualTo("rgb(255, 255, 255)");
        button("Colours: as the system").click();
        button("Colours: light").click();
        assertThat(button("Colours: dark")).isVisible();
        assertThat(paper()).isEqualTo("rgb(28, 26, 24)");
        page.reload();
        assertThat(button("Colours: dark")).isVisible();
        assertThat(paper()).isEqualTo("rgb(28, 26, 24)");
        button("Colours: dark").click();
        assertThat(paper()).isEqualTo("rgb(255, 255, 255)");
    }

    @Test
    void theLanguageIsSwitchedEverywhereAndRemembered() {
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        button("中文").click();
        assertThat(button("新对话")).isVisible();
        assertThat(button("重新回答")).isVisible();
        assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
        page.reload();
        assertThat(button("新对话")).isVisible();
        button("English").click();
        assertThat(button("New chat")).isVisible();
    }

    @Test
    void whatWasTypedStaysWithItsChat() {
        ask("First");
        assertThat(answer()).hasText("Hello.");
        input().fill("half a thought");
        button("New chat").click();
        assertThat(input()).hasValue("");
        page.locator("llamero-sidebar li a").click();
        assertThat(input()).hasValue("half a thought");
        page.reload();
        assertThat(input()).hasValue("half a thought");
    }

    private void press(String keys) {
        page.keyboard().press(keys);
    }

    private Object paper() {
        return page.evaluate("getComputedStyle(document.body).backgroundColor");
    }
}
