package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of chats: search, pin, delete and undo, files out and in, and two tabs that show the same. */
class ChatListTest extends BrowserTest {
    private Locator chats() {
        return page.locator("llamero-sidebar li a");
    }

    private void chat(String question, String answer) {
        button("New chat").click();
        assertThat(page.locator(".greeting")).isVisible();
        proxy.answers((request, reply) -> reply.answer(answer));
        ask(question);
        assertThat(button("Answer again")).isVisible();
    }

    @Test
    void aPinnedChatStaysOnTop() {
        chat("First chat", "One.");
        chat("Second chat", "Two.");
        assertThat(chats()).hasText(new String[] {"Second chat", "First chat"});
        page.locator("llamero-sidebar li").nth(1).hover();
        button("Pin: First chat").click();
        assertThat(chats()).hasText(new String[] {"First chat", "Second chat"});
        assertThat(page.locator("llamero-sidebar nav h2")).hasText(new String[] {"Pinned", "Today"});
        page.reload();
        assertThat(chats()).hasText(new String[] {"First chat", "Second chat"});
        page.locator("llamero-sidebar li").first().hover();
        button("Unpin: First chat").click();
        assertThat(page.locator("llamero-sidebar nav h2")).hasText(new String[] {"Today"});
    }

    @Test
    void aDeletedChatComesBackByUndo() {
        chat("Keep me", "Kept.");
        page.locator("llamero-sidebar li").hover();
        button("Delete: Keep me").click();
        assertThat(chats()).hasCount(0);
        assertThat(page.locator(".greeting")).isVisible();
        assertThat(page.locator(".toast")).containsText("“Keep me” was deleted.");
        shoot("deleted");
        button("Undo").click();
        assertThat(chats()).hasText("Keep me");
        assertThat(answer()).hasText("Kept.");
        assertThat(page.locator(".toast")).hasCount(0);
    }

    @Test
    void searchFindsWordsInAllMessagesAndLeadsToThem() {
        chat("About llamas", "Llamas live in the **Andes** and carry loads.");
        chat("About penguins", "Penguins live in Antarctica.");
        page.keyboard().press("Control+k");
        page.keyboard().type("andes");
        Locator hits = page.locator(".hits button");
        assertThat(hits).hasCount(1);
        assertThat(hits).containsText("About llamas");
        assertThat(hits.locator("mark").first()).hasText(Pattern.compile("andes", Pattern.CASE_INSENSITIVE));
        shoot("search");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(answer()).containsText("carry loads");
        assertThat(hits).hasCount(0);
        page.keyboard().press("Control+k");
        page.keyboard().type("nothing like this");
        assertThat(page.locator(".hits")).containsText("Nothing found");
        page.keyboard().press("Escape");
        assertThat(chats()).hasCount(2);
        assertThat(complaints).isEmpty();
    }

    @Test
    void aChatGoesIntoAFileAndComesBack() throws IOException {
        chat("Export me", "With a `code` word.");
        Download markdown = page.waitForDownload(() -> export("Markdown"));
        assertThat(markdown.suggestedFilename()).endsWith(".md");
        assertThat(Files.readString(markdown.path())).contains("Export me").contains("With a `code` word.");
        Download json = page.waitForDownload(() -> export("JSON"));
        byte[] file = Files.readAllBytes(json.path());
        page.locator(".foot input[type=file]")
                .setInputFiles(new FilePayload(json.suggestedFilename(), "application/json", file));
        assertThat(chats()).hasText(new String[] {"Export me", "Export me"});
        assertThat(answer()).hasText("With a code word.");
        page.locator(".foot input[type=file]")
                .setInputFiles(new FilePayload(
                        "broken.json", "application/json", "{\"format\":".getBytes(StandardCharsets.UTF_8)));
        assertThat(page.locator(".notice")).isVisible();
        assertThat(chats()).hasCount(2);
    }

    private void export(String format) {
        page.keyboard().press("Control+,");
        button(format).click();
        page.keyboard().press("Escape");
    }

    @Test
    void titlesComeFromTheModel() {
        int port = gateway.port();
        gateway.close();
        gateway = RunningGateway.start(
                proxy.address(), data, "--automatic-titles", "true", "--port", String.valueOf(port));
        page.navigate(gateway.http("/").toString());
        proxy.answers((request, reply) ->
                reply.answer(request.body().contains("title") ? "Animals of the Andes" : "They carry loads."));
        ask("What do llamas do all day long?");
        assertThat(answer()).hasText("They carry loads.");
        assertThat(chats()).hasText("Animals of the Andes");
        assertThat(page.locator("main h1")).hasText("Animals of the Andes");
    }

    @Test
    void twoTabsShowTheSame() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Seen in ");
            awaitGoOn();
            reply.content("both tabs.").end(3, 6);
        });
        ask("Show it twice");
        assertThat(answer()).hasText("Seen in");
        var other = page.context().newPage();
        other.navigate(page.url());
        Locator there = other.locator("llamero-message.assistant > .content").last();
        assertThat(there).hasText("Seen in");
        goOn.countDown();
        assertThat(there).hasText("Seen in both tabs.");
        assertThat(answer()).hasText("Seen in both tabs.");
        proxy.answers((request, reply) -> reply.answer("Asked there."));
        other.getByRole(AriaRole.TEXTBOX).last().fill("From the other tab");
        other.getByRole(AriaRole.TEXTBOX).last().press("Enter");
        assertThat(page.locator(".bubble").last()).hasText("From the other tab");
        assertThat(answer()).hasText("Asked there.");
    }
}
