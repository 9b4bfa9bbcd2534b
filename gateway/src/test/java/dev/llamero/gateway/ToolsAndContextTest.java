package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is shown beside the words of an answer: tools that it calls, and how much of the context is used. */
class ToolsAndContextTest extends BrowserTest {
    private final ScriptedInference inference = new ScriptedInference();

    @Override
    String[] flags() {
        return new String[] {"--inference-endpoint", inference.address().toString()};
    }

    @BeforeEach
    void loadAModelOf1000Tokens() {
        inference.lists("{\"models\":[{\"name\":\"test-model\",\"size\":1000}]}", """
            {"models":[{"name":"test-model","size":2000,"context_length":1000}]}\
            """);
    }

    @AfterEach
    void stopInference() {
        inference.close();
    }

    private static void tool(ScriptedProxy.Reply reply, int index, String name, String arguments) throws IOException {
        reply.event(
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d%s,\"function\":{%s\"arguments\":\"%s\"}}]}}]}"
                        .formatted(
                                index,
                                name.isEmpty() ? "" : ",\"id\":\"call_" + index + "\",\"type\":\"function\"",
                                name.isEmpty() ? "" : "\"name\":\"" + name + "\",",
                                arguments.replace("\"", "\\\"")));
    }

    @Test
    void toolCallsAreShownAsTheyAreWrittenAndStay() {
        proxy.answers((request, reply) -> {
            reply.begin();
            tool(reply, 0, "get_weather", "{\"city\":");
            awaitGoOn();
            tool(reply, 0, "", "\"Geneva\"}");
            tool(reply, 1, "get_time", "{}");
            reply.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}");
            reply.event("[DONE]");
            reply.raw("0\r\n\r\n");
        });
        ask("How is the weather?");
        Locator calls = page.locator("details.tool");
        assertThat(calls).hasCount(1);
        assertThat(calls.locator("summary")).hasText("Calls get_weather");
        assertThat(page.locator(".waiting")).hasCount(0);
        calls.locator("summary").click();
        assertThat(calls.locator("pre")).hasText("{\"city\":");
        goOn.countDown();
        assertThat(calls).hasCount(2);
        assertThat(calls.first().locator("pre")).hasText("{\n  \"city\": \"Geneva\"\n}");
        assertThat(calls.last().locator("summary")).hasText("Calls get_time");
        assertThat(button("Send")).isVisible();
        shoot("tool");
        page.reload();
        assertThat(calls).hasCount(2);
        calls.first().locator("summary").click();
        assertThat(calls.first().locator("pre")).containsText("\"Geneva\"");
        assertThat(complaints).isEmpty();
    }

    @Test
    void theGaugeTellsHowFullTheContextIs() {
        proxy.answers((request, reply) -> reply.begin().content("Short.").end(100, 20));
        page.reload();
        ask("Not much");
        Locator gauge = page.locator(".context");
        assertThat(gauge).hasText("120 of 1,000 tokens of context");
        assertThat(gauge.locator("meter")).hasJSProperty("value", 0.12);
        assertThat(gauge.locator("meter")).hasAttribute("aria-label", "120 of 1,000 tokens of context");
        proxy.answers((request, reply) -> reply.begin().content("Long.").end(900, 60));
        ask("Much more");
        assertThat(gauge).hasText("960 of 1,000 tokens of context");
        shoot("context");
        button("New chat").click();
        assertThat(gauge).hasCount(0);
        page.goBack();
        assertThat(gauge).hasText("960 of 1,000 tokens of context");
    }

    @Test
    void nothingIsSaidOfAContextThatNobodyKnows() {
        inference.lists("{\"models\":[]}", "{\"models\":[]}");
        ask("Hello?");
        assertThat(answer()).hasText("Hello.");
        assertThat(page.locator(".context")).hasCount(0);
    }
}
