package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import org.junit.jupiter.api.Test;

/** What can be done with questions and answers: again, otherwise, further, with settings. */
class BranchesTest extends BrowserTest {
    private Locator questions() {
        return page.locator("llamero-message.user .bubble");
    }

    @Test
    void anAnswerIsGivenAgainAndBothVersionsStay() {
        proxy.answers((request, reply) -> reply.answer("The first version."));
        ask("Say something");
        assertThat(answer()).hasText("The first version.");
        proxy.answers((request, reply) -> reply.answer("The second version."));
        button("Answer again").click();
        assertThat(answer()).hasText("The second version.");
        assertThat(page.locator(".switcher")).containsText("2/2");
        shoot("versions");
        button("Previous version").click();
        assertThat(answer()).hasText("The first version.");
        assertThat(page.locator(".switcher")).containsText("1/2");
        page.reload();
        assertThat(answer()).hasText("The first version.");
        button("Next version").click();
        assertThat(answer()).hasText("The second version.");
    }

    @Test
    void aQuestionIsEditedIntoABranchOfItsOwn() throws InterruptedException {
        proxy.answers((request, reply) -> reply.answer("About cats."));
        ask("Tell me of cats");
        assertThat(answer()).hasText("About cats.");
        ask("And more");
        assertThat(questions()).hasText(new String[] {"Tell me of cats", "And more"});
        assertThat(button("Answer again")).isVisible();
        proxy.answers((request, reply) -> reply.answer("About dogs."));
        page.locator("llamero-message.user").first().hover();
        page.locator("llamero-message.user").first().getByTitle("Edit").click();
        Locator editor = page.getByLabel("Edit the question");
        assertThat(editor).isFocused();
        assertThat(editor).hasValue("Tell me of cats");
        editor.fill("Tell me of dogs");
        shoot("edit");
        editor.press("Enter");
        assertThat(questions()).hasText(new String[] {"Tell me of dogs"});
        assertThat(answer()).hasText("About dogs.");
        button("Previous version").click();
        assertThat(questions()).hasText(new String[] {"Tell me of cats", "And more"});
        input().press("ArrowUp");
        assertThat(editor).hasValue("And more");
        editor.press("Escape");
        assertThat(editor).hasCount(0);
        assertThat(questions()).hasCount(2);
    }

    @Test
    void aStoppedAnswerIsContinued() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Once upon a time ");
            reply.awaitHangUp();
        });
        ask("Tell a story");
        assertThat(answer()).hasText("Once upon a time");
        button("Stop").click();
        assertThat(page.locator(".ended")).containsText("You stopped this answer.");
        proxy.answers((request, reply) -> reply.answer("Once upon a time there was a llama."));
        button("Continue").click();
        assertThat(answer()).hasText("Once upon a time there was a llama.");
        assertThat(page.locator(".ended")).hasCount(0);
    }

    @Test
    void settingsOfAChatGoWithEachQuestion() throws InterruptedException {
        page.keyboard().press("Control+,");
        page.getByLabel("System prompt").fill("You are a pirate.");
        page.getByLabel("Temperature").fill("0.25");
        page.getByLabel("Seed").fill("42");
        page.getByLabel("Longest answer, tokens").fill("77");
        page.getByText("Off", new Page.GetByTextOptions().setExact(true)).click();
        shoot("settings");
        page.keyboard().press("Escape");
        ask("Who are you?");
        assertThat(answer()).hasText("Hello.");
        JsonNode sent = proxy.nextRequest().json();
        assertThat(sent.at("/messages/0/role").asText()).isEqualTo("system");
        assertThat(sent.at("/messages/0/content").asText()).isEqualTo("You are a pirate.");
        assertThat(sent.get("temperature").asDouble()).isEqualTo(0.25);
        assertThat(sent.get("seed").asInt()).isEqualTo(42);
        assertThat(sent.get("reasoning_effort").asText()).isEqualTo("none");
        page.reload();
        assertThat(answer()).hasText("Hello.");
        page.keyboard().press("Control+,");
        assertThat(page.getByLabel("System prompt")).hasValue("You are a pirate.");
        assertThat(page.getByLabel("Seed")).hasValue("42");
        button("Back to the model’s own").click();
        assertThat(page.getByLabel("System prompt")).hasValue("");
        page.keyboard().press("Escape");
        ask("And now?");
        assertThat(proxy.nextRequest().json().at("/messages/0/role").asText()).isEqualTo("user");
    }

    @Test
    void whatIsSentDuringAnAnswerGoesOutAfterIt() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Still writing");
            awaitGoOn();
            reply.end(3, 6);
        });
        ask("First");
        assertThat(answer()).hasText("Still writing");
        ask("Second");
        assertThat(page.locator(".queued")).containsText("Sent when the answer above is done.");
        goOn.countDown();
        assertThat(page.locator(".queued")).hasCount(0);
        assertThat(questions()).hasText(new String[] {"First", "Second"});
        assertThat(page.locator("llamero-message.assistant")).hasCount(2);
    }
}
