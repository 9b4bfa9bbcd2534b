package dev.llamero.benchmarks.chain;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The machine's own Chromium. Where there is none the test skips, but not in CI, which installs it. */
final class TestChromium implements AutoCloseable {
    private final Playwright playwright;
    private final Browser browser;

    private TestChromium(Path executable) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--no-first-run")));
    }

    static TestChromium startOrSkip() {
        Optional<Path> executable = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (executable.isEmpty() && !"true".equals(System.getenv("CI"))) {
            String reason = "browser test skipped: no Chromium; apt-get install chromium";
            System.err.println(reason);
            Assumptions.abort(reason);
        }
        return new TestChromium(executable.orElseThrow(() -> new AssertionError("CI needs Chromium")));
    }

    /** A new page at an address, in English. */
    Page page(String address) {
        Page page = browser.newContext(new Browser.NewContextOptions().setLocale("en-US"))
                .newPage();
        page.navigate(address + "/");
        return page;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
