package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.llamero.gateway.access.Accounts;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Signing in with a real browser, and what a page must not be talked into. */
class SignInPageTest extends BrowserTest {
    private static final String TOKEN = "a token for these tests";
    private static final Pattern SIGN_IN = Pattern.compile(".*/sign-in(#.*)?");

    @Override
    String[] flags() {
        return new String[] {"--token", TOKEN};
    }

    private void signIn(String token) {
        page.getByLabel("Access token").fill(token);
        button("Sign in").click();
    }

    @Test
    void aTokenLeadsToTheChatAndItsEndBack() {
        assertThat(page).hasURL(SIGN_IN);
        page.screenshot(
                new Page.ScreenshotOptions().setPath(java.nio.file.Path.of("target/screenshots", "sign-in.png")));
        signIn("not the token at all");
        assertThat(page.getByRole(com.microsoft.playwright.options.AriaRole.ALERT))
                .containsText("not known");
        signIn(TOKEN);
        assertThat(input()).isVisible();
        assertThat(page.evaluate("document.cookie")).isEqualTo("");
        ask("Hello?");
        assertThat(answer()).containsText("Hello.");
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            accounts.set("local", "another token, as long");
        }
        gateway.beatLater(Duration.ZERO);
        assertThat(page).hasURL(SIGN_IN);
        assertThat(complaints).noneMatch(text -> text.contains("Content Security Policy"));
    }

    /** CVE-2026-25253. */
    @Test
    void theAddressBarCannotSendThePageElsewhere() throws IOException {
        try (var elsewhere = new ServerSocket(0)) {
            signIn(TOKEN);
            assertThat(input()).isVisible();
            String evil = "127.0.0.1:" + elsewhere.getLocalPort();
            page.navigate(gateway.http(
                            "/?gatewayUrl=ws://" + evil + "/ws&token=x&url=http://" + evil + "#gatewayUrl=ws://" + evil)
                    .toString());
            assertThat(input()).isVisible();
            ask("Hello?");
            assertThat(answer()).containsText("Hello.");
            elsewhere.setSoTimeout(1);
            org.assertj.core.api.Assertions.assertThatThrownBy(elsewhere::accept)
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** CVE-2026-45303, and the policy behind it should the page ever fail. */
    @Test
    void whatAModelWritesDoesNotRun() {
        proxy.answers((request, reply) -> reply.answer("<img src=x onerror=\"document.title='owned'\">"
                + "<script>document.title='owned'</script> [x](javascript:document.title='owned') done"));
        signIn(TOKEN);
        ask("Show me HTML");
        assertThat(answer()).containsText("done");
        assertThat(answer().locator("script, img[onerror], a[href^=javascript]"))
                .hasCount(0);
        assertThat(page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return 'set'; }"
                        + " catch (e) { return e.name; } }"))
                .isEqualTo("TypeError");
        assertThat(page.title()).doesNotContain("owned");
    }
}
