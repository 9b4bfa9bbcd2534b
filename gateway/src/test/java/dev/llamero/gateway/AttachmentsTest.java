package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.FilePayload;
import dev.llamero.gateway.chat.Attachment;
import dev.llamero.gateway.chat.Chats;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Text files that go with a question: chosen, dropped or pasted; and those that cannot. */
class AttachmentsTest extends BrowserTest {
    private Locator files() {
        return page.locator(".box .file");
    }

    private Locator notice() {
        return page.locator(".notice");
    }

    @Test
    void chosenFilesGoWithAQuestionAndOthersAreRefused() throws Exception {
        choose(text("notes.txt", "The password is xyzzy."), new FilePayload("cat.png", "image/png", new byte[] {-1, 0, 1
        }));
        assertThat(files()).containsText("notes.txt");
        assertThat(files()).containsText("22 characters");
        assertThat(notice()).containsText("cat.png is not a text file");
        shoot("attachments");
        ask("What is the password?");
        assertThat(answer()).hasText("Hello.");
        assertThat(files()).hasCount(0);
        assertThat(notice()).hasCount(0);
        assertThat(proxy.nextRequest().body())
                .contains("The password is xyzzy.")
                .contains("notes.txt");
        page.getByTitle("Show the text").click();
        assertThat(page.locator(".file-text")).hasText("The password is xyzzy.");
        page.keyboard().press("Escape");
        page.reload();
        assertThat(page.locator("llamero-message.user .file")).containsText("notes.txt");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aDroppedFileCanBeTakenAwayAgain() throws InterruptedException {
        page.evaluate("""
            ([name, text]) => {
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([text], name, { type: 'text/plain' }));
              for (const type of ['dragover', 'drop']) {
                const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
                document.querySelector('main').dispatchEvent(event);
              }
            }\
            """, List.of("dropped.md", "# Dropped"));
        assertThat(files()).containsText("dropped.md");
        button("Remove: dropped.md").click();
        assertThat(files()).hasCount(0);
        ask("No file");
        assertThat(proxy.nextRequest().body()).doesNotContain("Dropped");
    }

    @Test
    void aPastedFileIsAttachedAndPastedTextIsTyped() throws InterruptedException {
        paste("pasted.csv", "a;b\n1;2");
        assertThat(files()).containsText("pasted.csv");
        assertThat(input()).hasValue("");
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page.evaluate("navigator.clipboard.writeText('just words')");
        input().focus();
        page.keyboard().press("Control+v");
        assertThat(input()).hasValue("just words");
        assertThat(files()).hasCount(1);
        input().press("Enter");
        JsonNode sent = proxy.nextRequest().json();
        assertThat(sent.at("/messages/0/content").asText())
                .startsWith("just words")
                .contains("pasted.csv")
                .contains("a;b\n1;2");
    }

    @Test
    void aFileAloneIsAQuestionToo() throws InterruptedException {
        choose(text("alone.txt", "Nothing but this."));
        button("Send").click();
        assertThat(page.locator(".bubble")).hasText("Please read the attached text.");
        assertThat(proxy.nextRequest().body()).contains("Nothing but this.");
    }

    @Test
    void whatIsTooLongTooManyOrEmptyIsRefusedWithWords() {
        choose(text("big.txt", "x".repeat(Chats.MESSAGE_CHARS_MAX)));
        assertThat(notice()).containsText("big.txt is too long for one question.");
        assertThat(files()).hasCount(0);
        choose(text("empty.txt", " \n"));
        assertThat(notice()).containsText("empty.txt is empty.");
        choose(IntStream.rangeClosed(1, Attachment.MAX + 1)
                .mapToObj(i -> text("file-" + i + ".txt", "text " + i))
                .toArray(FilePayload[]::new));
        assertThat(files()).hasCount(Attachment.MAX);
        assertThat(notice()).containsText("file-9.txt: no more than 8 files.");
        assertThat(input()).isFocused();
        button("Close").click();
        assertThat(notice()).hasCount(0);
        assertThat(proxy.unseenRequests()).isZero();
    }

    /** What fits alone and not together is refused by the gateway, and nothing of it is lost. */
    @Test
    void aQuestionThatIsTooLongWithItsFilesComesBack() {
        choose(text("most.txt", "y".repeat(Chats.MESSAGE_CHARS_MAX - 2000)));
        assertThat(files()).containsText("198,000 characters");
        ask("z".repeat(3000));
        assertThat(notice()).containsText("200000");
        assertThat(files()).containsText("most.txt");
        assertThat(input()).hasValue("z".repeat(3000));
        assertThat(page.locator(".bubble")).hasCount(0);
        assertThat(proxy.unseenRequests()).isZero();
    }

    private void choose(FilePayload... files) {
        page.locator("llamero-composer input[type=file]").setInputFiles(files);
    }

    private void paste(String name, String text) {
        input().evaluate("""
            (area, [name, text]) => {
              const clipboardData = new DataTransfer();
              clipboardData.items.add(new File([text], name, { type: 'text/csv' }));
              area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
            }\
            """, List.of(name, text));
    }

    private static FilePayload text(String name, String text) {
        return new FilePayload(name, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }
}
