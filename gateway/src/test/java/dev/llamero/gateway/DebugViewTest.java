package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The view behind {@code /debug}: the layers, and where the time of the last question went. */
class DebugViewTest extends BrowserTest {
    private static final String TIMINGS =
            ": llamero-timings {\"proxy\":{\"queueMillis\":5,\"overheadMillis\":0.5,\"totalMillis\":290},"
                    + "\"inference\":{\"queueMillis\":2,\"loadMillis\":0,\"promptMillis\":150,\"decodeMillis\":90,"
                    + "\"totalMillis\":250,\"computedTokens\":7,\"reusedTokens\":5}}\n\n";

    private Locator view() {
        return page.getByRole(AriaRole.DIALOG);
    }

    @Test
    void theLastQuestionIsDrawnAsABarForEachHop() {
        proxy.answers((request, reply) -> {
            reply.begin().content("an answer");
            // The figures below, which a real chain measures, have to fit in.
            Thread.sleep(300);
            reply.chunk(TIMINGS.getBytes(StandardCharsets.UTF_8));
            reply.end(12, 4);
        });
        ask("What takes so long?");
        assertThat(button("Answer again")).isVisible();
        ask("/debug");
        assertThat(view().locator("[data-part='inference prefill']")).containsText("reading the prompt");
        assertThat(view().locator("[data-part='inference prefill'] td").last()).hasText("150 ms");
        assertThat(view().locator("[data-part='inference decode'] td").last()).hasText("90 ms");
        assertThat(view().locator("[data-part='proxy queue'] td").last()).hasText("5.0 ms");
        assertThat(view().locator("[data-part='page paint']")).isVisible();
        assertThat(view()).containsText("7 computed, 5 reused");
        assertThat(view().locator("tfoot")).containsText("Sum of the parts");
        assertThat(view().locator("tfoot")).containsText("Measured in the page");
        assertThat(view().locator("tfoot")).containsText("Unexplained");
        assertThat(view()).containsText("First token, on the screen");
        double prefill = width("inference prefill");
        assertThat(prefill / width("inference decode"))
                .as("bars are as long as their times")
                .isBetween(1.6, 1.7);
        shoot("debug-trace");
        assertThat(complaints).isEmpty();
    }

    @Test
    void itHasAnAddressOfItsOwn() {
        page.navigate(gateway.http("/debug").toString());
        assertThat(view().locator("[data-layer=proxy]")).containsText("9.9.9");
        assertThat(view()).containsText("No question has been asked yet.");
        page.keyboard().press("Escape");
        assertThat(view()).not().isVisible();
        assertThat(page).hasURL(gateway.http("/").toString());
        assertThat(page.locator(".greeting")).isVisible();
    }

    private double width(String part) {
        return Double.parseDouble(
                view().locator("[data-part='" + part + "'] rect").getAttribute("width"));
    }
}
