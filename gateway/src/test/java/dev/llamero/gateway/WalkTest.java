package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page by keyboard alone: the order of the ways, where the focus goes, names for those who hear it, no motion. */
class WalkTest extends BrowserTest {
    private static final int STEPS_MAX = 60;

    private void press(String keys) {
        page.keyboard().press(keys);
    }

    /** The name of what has the focus, as it is read aloud; empty at the page itself. */
    private String focused() {
        return (String) page.evaluate("""
            () => {
              const node = document.activeElement;
              if (node === document.body) return '';
              return node.ariaLabel || node.labels?.[0]?.textContent.trim() || node.textContent.trim();
            }\
            """);
    }

    /** What Tab leads to, from the top of the page to its end. */
    private List<String> walk() {
        // The input box is the last one; behind it the way begins anew.
        input().focus();
        press("Tab");
        var names = new ArrayList<String>();
        for (int i = 0; i < STEPS_MAX; i++) {
            press("Tab");
            String name = focused();
            if (name.isEmpty()) {
                return names;
            }
            names.add(name);
        }
        throw new AssertionError("Tab finds no end: " + names);
    }

    private void chat() {
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        assertThat(button("Answer again")).isVisible();
    }

    @Test
    void tabLeadsThroughTheWholePageInReadingOrder() {
        chat();
        assertThat(walk())
                .containsExactly(
                        "New chat",
                        "Search all chats",
                        "Hello?",
                        "Pin: Hello?",
                        "Rename: Hello?",
                        "Delete: Hello?",
                        "中文",
                        "Colours: as the system",
                        "Import a chat",
                        "What happens underneath",
                        "Keyboard shortcuts",
                        "Model: test-model",
                        "Chat settings",
                        "Copy",
                        "Edit",
                        "Copy",
                        "Answer again",
                        "Attach text files",
                        "Message");
    }

    @Test
    void everySheetTakesTheFocusAndGivesItBack() {
        chat();
        for (String opener : List.of("Keyboard shortcuts", "What happens underneath", "Chat settings")) {
            button(opener).focus();
            press("Enter");
            Locator sheet = page.getByRole(AriaRole.DIALOG);
            assertThat(sheet).isVisible();
            assertThat(sheet.locator(":focus")).hasCount(1);
            press("Escape");
            assertThat(sheet).not().isVisible();
            assertThat(button(opener)).isFocused();
        }
        button("Model: test-model").focus();
        press("Enter");
        assertThat(page.getByRole(AriaRole.RADIO)).isFocused();
        press("Escape");
        assertThat(button("Model: test-model")).isFocused();
    }

    /** Goal: a keyboard never falls back to the top of the page because what it pressed has gone. */
    @Test
    void theFocusIsNeverLost() {
        chat();
        press("Shift+Tab");
        press("Shift+Tab");
        assertThat(button("Answer again")).isFocused();
        press("Enter");
        assertThat(page.locator(".switcher")).containsText("2/2");
        assertThat(input()).isFocused();
        button("Rename: Hello?").focus();
        press("Enter");
        page.keyboard().type("By hand");
        press("Enter");
        assertThat(page.locator("llamero-sidebar li a")).isFocused();
        assertThat(page.locator("llamero-sidebar li a")).hasText("By hand");
        button("Rename: By hand").focus();
        press("Enter");
        press("Escape");
        assertThat(page.locator("llamero-sidebar li a")).isFocused();
        input().focus();
        press("ArrowUp");
        assertThat(page.getByLabel("Edit the question")).isFocused();
        press("Escape");
        assertThat(input()).isFocused();
        press("ArrowUp");
        page.keyboard().type(" And more?");
        press("Enter");
        assertThat(input()).isFocused();
        assertThat(button("Answer again")).isVisible();
        press("Control+k");
        press("Escape");
        assertThat(input()).isFocused();
        button("Delete: By hand").focus();
        press("Enter");
        assertThat(page.locator(".toast")).isVisible();
        assertThat(input()).isFocused();
        press("Shift+Tab");
        press("Shift+Tab");
        assertThat(button("Undo")).isFocused();
        press("Enter");
        assertThat(page.locator("llamero-sidebar li a")).hasText("By hand");
        assertThat(input()).isFocused();
    }

    @Test
    void aWholeConversationWithoutAMouse() {
        page.keyboard().type("First question");
        press("Enter");
        assertThat(answer()).hasText("Hello.");
        press("Control+Shift+o");
        page.keyboard().type("Second question");
        press("Enter");
        assertThat(page.locator("llamero-sidebar li a")).hasText(new String[] {"Second question", "First question"});
        page.locator("llamero-sidebar li a").last().focus();
        press("Enter");
        assertThat(page.locator(".bubble")).hasText("First question");
        assertThat(input()).isFocused();
        press("Control+/");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Stop the answer");
        press("Tab");
        assertThat(page.locator("main :focus, llamero-sidebar :focus")).hasCount(0);
        press("Escape");
        assertThat(input()).isFocused();
    }

    @Test
    void whatCanBePressedHasANameInEveryState() {
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("Hm.").content(RICH);
            reply.event("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"1\",\"function\":"
                    + "{\"name\":\"look\",\"arguments\":\"{}\"}}]}}]}");
            awaitGoOn();
            reply.end(3, 9);
        });
        page.locator("llamero-composer input[type=file]")
                .setInputFiles(new FilePayload("a.txt", "text/plain", "text".getBytes(StandardCharsets.UTF_8)));
        assertNamed("an attachment");
        ask("Compare");
        assertThat(answer().locator("blockquote")).isVisible();
        assertNamed("in mid-answer");
        goOn.countDown();
        button("Answer again").click();
        assertThat(page.locator(".switcher")).containsText("2/2");
        assertNamed("two versions");
        button("Delete: Compare").focus();
        button("Rename: Compare").press("Enter");
        assertNamed("renaming");
        press("Escape");
        press("Control+k");
        page.keyboard().type("compare");
        assertThat(page.locator(".hits button").first()).isVisible();
        assertNamed("search");
        press("Escape");
        press("ArrowUp");
        assertNamed("editing");
        press("Escape");
        for (String sheet : List.of("Keyboard shortcuts", "What happens underneath", "Chat settings")) {
            button(sheet).click();
            assertNamed(sheet);
            press("Escape");
        }
        button("Model: test-model").click();
        assertNamed("models");
        press("Escape");
        proxy.answers((request, reply) -> reply.json(400, "{\"error\":{\"message\":\"no\"}}"));
        ask("Fail");
        assertThat(page.locator(".error")).isVisible();
        assertNamed("an error");
    }

    /** Chromium's own reckoning of names, which a screen reader gets. */
    private void assertNamed(String state) {
        var nameless = new ArrayList<String>();
        for (AriaRole role : List.of(
                AriaRole.BUTTON,
                AriaRole.LINK,
                AriaRole.TEXTBOX,
                AriaRole.SEARCHBOX,
                AriaRole.RADIO,
                AriaRole.SPINBUTTON,
                AriaRole.DIALOG,
                AriaRole.REGION,
                AriaRole.NAVIGATION,
                AriaRole.LOG)) {
            page.getByRole(role).all().stream()
                    .filter(Locator::isVisible)
                    .map(Locator::ariaSnapshot)
                    .filter(line -> line.lines().findFirst().orElse("").matches("- \\w+:?"))
                    .forEach(nameless::add);
        }
        assertThat(nameless).as("without a name: " + state).isEmpty();
        assertThat(page.locator("main")).hasCount(1);
        assertThat((List<?>) page.evaluate("""
            [...document.querySelectorAll('[id]')].map(node => node.id).filter((id, i, all) => all.indexOf(id) !== i)\
            """)).as("ids twice: " + state).isEmpty();
    }

    @Test
    void failuresAndNoticesAreSpoken() {
        proxy.answers((request, reply) -> reply.json(400, "{\"error\":{\"message\":\"too hot\"}}"));
        ask("Fail");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("too hot");
        page.locator("llamero-composer input[type=file]")
                .setInputFiles(new FilePayload("cat.png", "image/png", new byte[] {-1}));
        assertThat(page.getByRole(AriaRole.ALERT).last()).containsText("cat.png is not a text file");
    }

    private int motions() {
        return (int) page.evaluate("document.getAnimations().length");
    }

    private void waitForAnAnswer() {
        proxy.answers((request, reply) -> {
            reply.begin();
            awaitGoOn();
            reply.content("There.").end(1, 1);
        });
        ask("Wait");
        assertThat(page.locator(".dots")).isVisible();
        assertThat(page.locator("llamero-sidebar .dot")).isVisible();
    }

    @Test
    void nothingMovesForWhoWantsNoMotion() {
        waitForAnAnswer();
        assertThat(motions()).isZero();
        assertThat(page.evaluate("getComputedStyle(document.querySelector('.to-bottom')).transitionDuration"))
                .isEqualTo("0s");
        goOn.countDown();
    }

    @Test
    void elseTheWaitIsSeen() {
        open(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setReducedMotion(ReducedMotion.NO_PREFERENCE)
                .setViewportSize(1280, 800));
        waitForAnAnswer();
        assertThat(motions()).isPositive();
        goOn.countDown();
    }
}
