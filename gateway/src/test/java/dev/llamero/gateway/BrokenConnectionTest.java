package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that go, at the page and behind the gateway: what the page says meanwhile, and that nothing is lost. */
class BrokenConnectionTest extends BrowserTest {
    private final AtomicInteger attempts = new AtomicInteger();

    @Override
    String[] flags() {
        return new String[] {"--retry-for", "60s"};
    }

    /** The sockets of the page, so that a test can cut them. */
    @BeforeEach
    void keepSockets() {
        page.addInitScript("""
            window.sockets = [];
            window.WebSocket = class extends WebSocket {
              constructor(...address) { super(...address); window.sockets.push(this); }
            };\
            """);
        page.reload();
        assertThat(page.locator(".model")).containsText("test-model");
    }

    private void cut() {
        page.evaluate("window.sockets.at(-1).close()");
    }

    private Locator answers() {
        return page.locator("llamero-message.assistant");
    }

    /** Starts the gateway of this test anew, on the same port. */
    private void restart(int port) {
        gateway = RunningGateway.start(proxy.address(), data, "--port", String.valueOf(port), "--retry-for", "60s");
    }

    @Test
    void aPageThatLostItsSocketInMidAnswerAsksForTheRestAlone() {
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("Let me see. ").content("Before the cut, ");
            awaitGoOn();
            reply.content("and after it.").end(3, 6);
        });
        ask("Go on");
        assertThat(answer()).hasText("Before the cut,");
        asked.clear();
        cut();
        page.waitForCondition(() -> asked.contains("chat.resume"));
        goOn.countDown();
        assertThat(answer()).hasText("Before the cut, and after it.");
        assertThat(answers()).hasCount(1);
        assertThat(asked).as("only what was missed is asked for").doesNotContain("chat.history", "chat.send");
        assertThat(page.locator(".thinking summary")).containsText("Thought for");
        assertThat(complaints).isEmpty();
    }

    @Test
    void anAnswerThatEndedWhileThePageWasAwayIsThereWhenItComesBack() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Half of it");
            awaitGoOn();
            reply.content(" and all of it.").end(3, 6);
        });
        ask("Go on without me");
        assertThat(answer()).hasText("Half of it");
        // No way back until the answer has ended.
        page.evaluate("""
            () => {
              const Real = window.WebSocket;
              window.WebSocket = class {
                static OPEN = 1;
                readyState = 3;
                constructor() { setTimeout(() => this.onclose({}), 10); }
              };
              window.comeBack = () => { window.WebSocket = Real; };
              window.sockets.at(-1).close();
            }\
            """);
        assertThat(page.locator(".banner.offline")).containsText("Connection to the gateway lost");
        goOn.countDown();
        page.waitForCondition(() -> health("runningTurns") == 0);
        assertThat(answer()).hasText("Half of it");
        page.evaluate("window.comeBack()");
        assertThat(answer()).hasText("Half of it and all of it.");
        assertThat(page.locator(".banner.offline")).hasCount(0);
        assertThat(button("Send")).isVisible();
    }

    private int health(String field) {
        try {
            return gateway.get("/healthz").get(field).asInt();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Test
    void anAnswerThatTheServerBreaksOffIsSaidToGoOnAndDoes() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Once upon ");
            if (attempts.incrementAndGet() == 1) {
                return;
            }
            awaitGoOn();
            reply.content("a time.").end(3, 4);
        });
        ask("Tell a story");
        Locator resuming = page.locator(".resuming");
        assertThat(resuming).containsText("The answer broke off.");
        assertThat(resuming).containsText("attempt 2");
        assertThat(answer()).hasText("Once upon");
        assertThat(button("Stop")).isVisible();
        shoot("resuming");
        goOn.countDown();
        assertThat(answer()).hasText("Once upon a time.");
        assertThat(resuming).hasCount(0);
        assertThat(page.locator(".error")).hasCount(0);
    }

    @Test
    void aGatewayThatIsStartedAgainGoesOnInTheOpenPage() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Before the restart, ");
            if (attempts.incrementAndGet() == 1) {
                reply.awaitHangUp();
                return;
            }
            reply.content("after it.").end(3, 4);
        });
        ask("Survive");
        assertThat(answer()).hasText("Before the restart,");
        int port = gateway.port();
        gateway.close();
        assertThat(page.locator(".banner.offline")).isVisible();
        restart(port);
        assertThat(answer()).hasText("Before the restart, after it.");
        assertThat(answers()).hasCount(1);
        assertThat(page.locator("llamero-message.user")).hasCount(1);
    }

    @Test
    void whatWasWrittenOfflineSurvivesThePageAndIsSentOnce() throws InterruptedException {
        ask("First");
        assertThat(answer()).hasText("Hello.");
        proxy.nextRequest();
        int port = gateway.port();
        gateway.close();
        assertThat(page.locator(".banner.offline")).isVisible();
        ask("Written offline");
        assertThat(page.locator(".banner.offline")).containsText("What you send now goes out when it is back.");
        assertThat(page.locator(".queued")).containsText("Waits for the connection");
        String address = page.url();
        page.navigate("about:blank");
        restart(port);
        page.navigate(address);
        Page other = page.context().newPage();
        other.navigate(address);
        assertThat(page.locator(".bubble")).hasText(new String[] {"First", "Written offline"});
        assertThat(answers()).hasCount(2);
        assertThat(answer()).hasText("Hello.");
        assertThat(other.locator("llamero-message.assistant")).hasCount(2);
        assertThat(proxy.nextRequest().json().at("/messages/2/content").asText())
                .isEqualTo("Written offline");
        page.reload();
        assertThat(answers()).hasCount(2);
        assertThat(proxy.unseenRequests()).as("sent once by two tabs").isZero();
    }

    @Test
    void twoTabsStopAndDeleteForEachOther() {
        proxy.answers((request, reply) -> {
            reply.begin().content("Seen in both");
            reply.awaitHangUp();
        });
        ask("Show it twice");
        assertThat(answer()).hasText("Seen in both");
        Page other = page.context().newPage();
        other.navigate(page.url());
        assertThat(other.locator("llamero-message.assistant > .content")).hasText("Seen in both");
        other.getByLabel("Stop").click();
        assertThat(page.locator(".ended")).containsText("You stopped this answer.");
        assertThat(button("Send")).isVisible();
        other.locator("llamero-sidebar li").hover();
        other.getByLabel("Delete: Show it twice").click();
        assertThat(page.locator("llamero-sidebar li a")).hasCount(0);
        assertThat(page.locator(".greeting")).isVisible();
        other.getByText("Undo").click();
        assertThat(page.locator("llamero-sidebar li a")).hasText("Show it twice");
    }
}
