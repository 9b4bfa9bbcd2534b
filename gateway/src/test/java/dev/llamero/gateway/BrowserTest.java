package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocket;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A page in a real browser, a gateway, and a scripted proxy behind it; for the tests that look at the page. Screenshots
 * go to {@code target/screenshots}. Nothing may be asked from anywhere but the gateway, and every frame of the socket
 * must be one of the protocol.
 */
abstract class BrowserTest {
    static final String RICH = """
        ## A short comparison

        Both have their place. **TCP** is reliable, *UDP* is quick; see `RFC 9293`.

        | Property | TCP | UDP |
        |---|:---:|---:|
        | Order kept | yes | no |
        | Header bytes | 20 | 8 |

        ```java
        /** A point in the plane. */
        record Point(double x, double y) {
            double distance(Point other) {
                return Math.hypot(x - other.x, y - other.y); // metres
            }
        }
        ```

        1. Measure first.
        2. Then choose:
           - latency
           - loss

        > Premature choice is the root of some evil.
        """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Chromium chromium;

    @TempDir
    Path data;

    final ScriptedProxy proxy = new ScriptedProxy();
    final CountDownLatch goOn = new CountDownLatch(1);
    private final List<String> foreign = new ArrayList<>();
    final List<String> complaints = new ArrayList<>();
    /** Names of the requests that the page sent, in their order. */
    final List<String> asked = new ArrayList<>();

    private final List<String> misspoken = new ArrayList<>();
    RunningGateway gateway;
    private BrowserContext context;
    Page page;

    @BeforeAll
    static void startBrowser() {
        chromium = Chromium.startOrSkip();
    }

    @AfterAll
    static void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    /** Further flags of the gateway, each followed by its value. */
    String[] flags() {
        return new String[0];
    }

    @BeforeEach
    void open() {
        gateway = RunningGateway.start(proxy.address(), data, flags());
        open(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(1280, 800));
    }

    void open(Browser.NewContextOptions options) {
        if (context != null) {
            context.close();
        }
        context = chromium.browser.newContext(options);
        page = context.newPage();
        // A gateway that is stopped for a while has no address, and the page goes on asking for it.
        String ours = gateway.http("/").toString();
        page.onRequest(request -> {
            if (!request.url().startsWith(ours) && !request.url().startsWith("data:")) {
                foreign.add(request.url());
            }
        });
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        if (listens()) {
            page.onWebSocket(this::listen);
        }
        page.navigate(gateway.http("/").toString());
    }

    /** Whether frames are looked at, which costs time. */
    boolean listens() {
        return true;
    }

    private void listen(WebSocket socket) {
        var methods = new HashMap<String, String>();
        socket.onFrameSent(frame -> hold(() -> {
            JsonNode request = JSON.readTree(frame.binary());
            methods.put(request.path("id").asText(), request.path("method").asText());
            asked.add(request.path("method").asText());
            ProtocolSchema.checkFrame(request);
        }));
        socket.onFrameReceived(frame -> hold(() -> {
            JsonNode message = JSON.readTree(frame.text());
            String method = methods.get(message.path("id").asText());
            if (method == null) {
                ProtocolSchema.checkFrame(message);
            } else {
                ProtocolSchema.checkResponse(method, message);
            }
        }));
    }

    private interface FrameCheck {
        void run() throws IOException;
    }

    private void hold(FrameCheck check) {
        try {
            check.run();
        } catch (AssertionError | IOException e) {
            misspoken.add(e.toString());
        }
    }

    @AfterEach
    void close() {
        goOn.countDown();
        context.close();
        gateway.close();
        proxy.close();
        assertThat(foreign).as("requests to elsewhere").isEmpty();
        assertThat(misspoken).as("frames that are not of the protocol").isEmpty();
    }

    static Chromium chromium() {
        return chromium;
    }

    Locator input() {
        return page.getByRole(
                AriaRole.TEXTBOX,
                new Page.GetByRoleOptions().setName(java.util.regex.Pattern.compile("^(Message|消息)$")));
    }

    Locator answer() {
        return page.locator("llamero-message.assistant > .content").last();
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    void ask(String question) {
        input().fill(question);
        input().press("Enter");
    }

    void shoot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", name + ".png")));
    }

    void awaitGoOn() throws InterruptedException {
        goOn.await(30, TimeUnit.SECONDS);
    }
}
