package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
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
    void aSignInThatEndedElsewhereLeadsBackToTheSignIn() {
        var other = page.context().newPage();
        other.navigate(gateway.http("/").toString());
        other.getByRole(AriaRole.BUTTON, new com.microsoft.playwright.Page.GetByRoleOptions().setName("Sign out local"))
                .click();
        assertThat(other).hasURL(SIGN_IN);
        assertThat(page).hasURL(SIGN_IN);
    }
}
