package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page on narrow screens: nothing is cut off at the edge, and no short word is broken into letters. */
class PhoneTest extends BrowserTest {
    private static final int HEIGHT = 740;

    private void open(int width) {
        open(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(width, HEIGHT)
                .setIsMobile(true)
                .setHasTouch(true));
        assertThat(page.locator(".greeting")).isVisible();
    }

    /**
     * What can be scrolled sideways may be wider; everything else ends at the edge, and what names a thing is one line.
     */
    private void assertFits(String state) {
        assertThat((List<?>) page.evaluate("""
            () => {
              const seen = node => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
                && node.getClientRects().length;
              const scrolls = node => node.closest('pre, .table, .math, .visually-hidden, input, textarea, svg')
                || ['hidden', 'clip'].includes(getComputedStyle(node).overflowX) && node.clientWidth > 1;
              const top = document.querySelector('dialog[open], :popover-open') ?? document.body;
              const box = top.getBoundingClientRect();
              const name = node => `${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 40)}`;
              const wide = [...top.querySelectorAll('*')].filter(seen).filter(node => !scrolls(node))
                .filter(node => node.getBoundingClientRect().right > Math.min(box.right, innerWidth) + 1);
              const broken = [...top.querySelectorAll('kbd, .switcher, .toast .link, .loaded, .choice span, .latency')]
                .filter(seen).filter(node => node.getBoundingClientRect().height > 42);
              return [...wide, ...broken].map(name);
            }\
            """)).as(state).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 414})
    void everyStateFits(int width) {
        open(width);
        assertFits("empty");
        proxy.answers((request, reply) -> reply.answer(RICH));
        page.locator("llamero-composer input[type=file]")
                .setInputFiles(new FilePayload(
                        "a-rather-long-name-of-a-report-2026-11-25.csv",
                        "text/csv",
                        "a;b".getBytes(StandardCharsets.UTF_8)));
        assertFits("an attachment");
        ask("Compare on a phone");
        assertThat(button("Answer again")).isVisible();
        button("Answer again").click();
        assertThat(page.locator(".switcher")).containsText("2/2");
        assertThat(button("Answer again")).isVisible();
        assertFits("two versions");
        for (String shortcut : List.of("Control+/", "Control+,")) {
            page.keyboard().press(shortcut);
            assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            assertFits(shortcut);
            page.keyboard().press("Escape");
        }
        button("Model: test-model").click();
        assertFits("models");
        page.keyboard().press("Escape");
        proxy.answers((request, reply) -> reply.json(502, "{\"error\":{\"message\":\"refused\"}}"));
        ask("Fail");
        assertThat(page.locator(".error")).isVisible();
        assertFits("an error");
        ask("/debug");
        assertThat(page.locator("llamero-debug .hops")).isVisible();
        assertFits("debug");
        page.keyboard().press("Escape");
        button("Show chats").click();
        assertThat(page.locator("llamero-sidebar li a")).isVisible();
        assertFits("the list");
        button("Delete: Compare on a phone").click();
        assertThat(page.locator(".toast")).isVisible();
        page.keyboard().press("Escape");
        assertFits("deleted");
        assertThat(button("Undo")).isVisible();
    }
}
