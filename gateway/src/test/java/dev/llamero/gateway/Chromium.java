package dev.llamero.gateway;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The machine's own Chromium, driven by Playwright, without any download. */
final class Chromium implements AutoCloseable {
    private static final List<String> PLACES =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

    private final Playwright playwright;
    final Browser browser;

    private Chromium(Path executable) {
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
                                "--disable-sync",
                                "--no-first-run")));
    }

    /** Skips the test where there is none, but not in CI, which installs one. */
    static Chromium startOrSkip() {
        Optional<Path> executable = Stream.concat(
                        Optional.ofNullable(System.getenv("LLAMERO_CHROMIUM")).stream(), PLACES.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        boolean mustRun = "true".equals(System.getenv("CI"));
        if (executable.isEmpty() && !mustRun) {
            String reason = "browser tests skipped: no Chromium at " + String.join(", ", PLACES)
                    + "; apt-get install chromium, or set LLAMERO_CHROMIUM";
            System.err.println(reason);
            Assumptions.abort(reason);
        }
        return new Chromium(executable.orElseThrow(() -> new AssertionError("CI needs Chromium")));
    }

    @Override
    public void close() {
        playwright.close();
    }
}
