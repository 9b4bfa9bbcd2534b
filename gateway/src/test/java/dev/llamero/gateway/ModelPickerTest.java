package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of models: what they weigh, which is loaded, and how a new one comes. */
class ModelPickerTest extends BrowserTest {
    private final ScriptedInference inference = new ScriptedInference();

    @Override
    String[] flags() {
        return new String[] {"--inference-endpoint", inference.address().toString()};
    }

    @BeforeEach
    void openTheList() {
        proxy.lists("{\"data\":[{\"id\":\"qwen3:4b\"},{\"id\":\"smollm2:135m\"}]}");
        inference.lists("""
            {"models":[
              {"name":"qwen3:4b","size":2497293931,
               "details":{"parameter_size":"4.0B","quantization_level":"Q4_K_M","family":"qwen3"}},
              {"name":"smollm2:135m","size":270898672,
               "details":{"parameter_size":"134.52M","quantization_level":"F16","family":"llama"}}]}
            """, """
            {"models":[{"name":"qwen3:4b","size":3400000000,"context_length":8192}]}\
            """);
        page.reload();
        button("Model: qwen3:4b").click();
    }

    @AfterEach
    void stopInference() {
        inference.close();
    }

    @Test
    void modelsAreShownWithSizeAndWhatIsLoaded() throws InterruptedException {
        Locator models = page.getByRole(AriaRole.RADIO);
        assertThat(models.first()).containsText("2.5 GB · 4.0B · Q4_K_M");
        assertThat(models.first().locator(".loaded")).hasText("loaded");
        assertThat(models.first()).hasAttribute("aria-checked", "true");
        assertThat(models.last()).containsText("271 MB");
        assertThat(models.last().locator(".loaded")).hasCount(0);
        shoot("models");
        assertThat(models.first()).isFocused();
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(button("Model: smollm2:135m")).isVisible();
        ask("Who are you?");
        assertThat(proxy.nextRequest().json().get("model").asText()).isEqualTo("smollm2:135m");
    }

    @Test
    void aModelIsPulledWithAProgressBar() {
        pull("llama3.2:1b");
        inference.pulls("{\"status\":\"pulling manifest\"}");
        Locator pull = page.locator(".pull");
        assertThat(pull).containsText("llama3.2:1b");
        // As a server that tells it many times a second, of which the gateway passes on some.
        page.waitForCondition(() -> {
            inference.pulls("{\"status\":\"pulling aaa\",\"digest\":\"sha256:aaa\",\"total\":1300000000,"
                    + "\"completed\":650000000}");
            return pull.textContent().contains("650 MB / 1.3 GB");
        });
        assertThat(pull.locator("progress")).hasJSProperty("value", 0.5);
        shoot("pull");
        proxy.lists("{\"data\":[{\"id\":\"qwen3:4b\"},{\"id\":\"smollm2:135m\"},{\"id\":\"llama3.2:1b\"}]}");
        inference.pulls("{\"status\":\"success\"}");
        inference.endsPull();
        assertThat(pull).containsText("done");
        assertThat(page.getByRole(AriaRole.RADIO)).hasCount(3);
        assertThat(complaints).isEmpty();
    }

    @Test
    void aPullThatFailsSaysWhyAndCanBeTriedAgain() {
        pull("nosuch:model");
        inference.pulls("{\"error\":\"pull model manifest: file does not exist\"}");
        inference.endsPull();
        assertThat(page.locator(".pull.FAILED")).containsText("file does not exist");
        button("Try again: nosuch:model").click();
        assertThat(page.locator(".pull.RUNNING")).isVisible();
        button("Stop: nosuch:model").click();
        assertThat(page.locator(".pull.STOPPED")).containsText("stopped");
    }

    private void pull(String name) {
        page.getByLabel("Pull a model").fill(name);
        page.keyboard().press("Enter");
    }
}
