package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
import dev.llamero.gateway.access.Accounts;
import java.time.Clock;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page of a gateway that demands a sign-in. */
class SignedInPageTest extends BrowserTest {
    private static final String TOKEN = "a token for these tests";
    private static final Pattern SIGN_IN = Pattern.compile(".*/sign-in(#.*)?");

    @Override
    String[] flags() {
        return new String[] {"--token", TOKEN};
    }

    @BeforeEach
    void signIn() {
        assertThat(page).hasURL(SIGN_IN);
        page.locator("#token").fill(TOKEN);
        page.getByRole(AriaRole.BUTTON).click();
        assertThat(page.locator(".greeting")).isVisible();
    }

    @Test
    void whoSignedInChatsAndSignsOut() {
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        button("Sign out local").click();
        assertThat(page).hasURL(SIGN_IN);
        page.navigate(gateway.http("/").toString());
        assertThat(page).hasURL(SIGN_IN);
    }

    @Test
    void theNextPersonAtThisBrowserNeitherSeesNorSendsWhatWasLeft() {
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        String chat = page.url();
        input().fill("half a secret");
        page.evaluate("""
            localStorage.setItem('outbox.left-behind', JSON.stringify({
              method: 'chat.send', at: Date.now(), params: { sessionKey: 'session-of-before',
              message: 'a whole secret', model: '', idempotencyKey: 'left-behind' } }))\
            """);
        String token;
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            token = accounts.add("anna");
        }
        button("Sign out local").click();
        assertThat(page).hasURL(SIGN_IN);
        page.locator("#token").fill(token);
        page.getByRole(AriaRole.BUTTON).click();
        assertThat(button("Sign out anna")).isVisible();
        page.waitForCondition(() -> asked.getLast().equals("models.list"));
        page.navigate(chat);
        assertThat(page.locator(".model")).containsText("test-model");
        assertThat(input()).hasValue("");
        assertThat(page.locator("llamero-sidebar li")).hasCount(0);
        assertThat(page.evaluate("JSON.stringify(localStorage)").toString()).doesNotContain("secret");
        assertThat(proxy.unseenRequests()).isEqualTo(1);
    }

    @Test
    void aSignInThatEndedElsewhereLeadsBackToTheSignIn() {
        var other = page.context().newPage();
        other.navigate(gateway.http("/").toString());
        other.getByRole(AriaRole.BUTTON, new com.microsoft.playwright.Page.GetByRoleOptions().setName("Sign out local"))
                .click();
        assertThat(other).hasURL(SIGN_IN);
        assertThat(page).hasURL(SIGN_IN);
    }
}
