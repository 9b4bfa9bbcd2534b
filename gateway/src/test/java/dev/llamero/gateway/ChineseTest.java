package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import dev.llamero.gateway.upstream.UpstreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page in Chinese: all of it, and with an input method. */
class ChineseTest extends BrowserTest {
    /** Names, keys of a keyboard, and what a person or a model wrote. */
    private static final Set<String> SAME_EVERYWHERE = Set.of(
            "Llamero",
            "English",
            "Enter",
            "Shift",
            "Ctrl",
            "Esc",
            "debug",
            "CPU",
            "Java",
            "record",
            "TCP",
            "UDP",
            "Top",
            "Markdown",
            "JSON",
            "test",
            "model",
            "qwen",
            "notes",
            "txt",
            "ms",
            "http",
            "MiB",
            "SNAPSHOT",
            "KB",
            "Token");

    @BeforeEach
    void openInChinese() {
        open(new Browser.NewContextOptions()
                .setLocale("zh-CN")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(1280, 800));
        assertThat(page.locator(".model")).containsText("test-model");
    }

    private void press(String keys) {
        page.keyboard().press(keys);
    }

    /** Words in Latin letters that are seen or read aloud, but for those that are the same in every language. */
    private Set<String> latin(Locator part) {
        String text = (String) part.evaluate("""
            root => [root.innerText, ...[...root.querySelectorAll('*')]
              .filter(node => node.checkVisibility())
              .flatMap(node => [node.ariaLabel, node.title, node.placeholder])].join(' ')\
            """);
        return Pattern.compile("[A-Za-z]{2,}")
                .matcher(text)
                .results()
                .map(found -> found.group())
                .filter(word -> !SAME_EVERYWHERE.contains(word))
                .collect(Collectors.toSet());
    }

    private void assertChinese(String state) {
        assertThat(latin(page.locator("body"))).as("not in Chinese: " + state).isEmpty();
    }

    @Test
    void whatIsKnownOfTheLayersIsToldInChinese() {
        ask("/debug");
        assertThat(page.locator(".layers")).containsText("正在回答");
        assertThat(page.locator(".layers")).containsText("由代理所见");
        assertThat(latin(page.locator(".layers"))).as("/debug").isEmpty();
        press("Escape");
        proxy.close();
        ask("/debug");
        assertThat(page.locator("[data-layer=proxy].down")).containsText("代理没有回应");
        assertThat(latin(page.locator("[data-layer=proxy].down .facts")))
                .as("/debug, the proxy is down")
                .isEmpty();
    }

    @Test
    void noWordOfAnotherLanguageIsLeftInAnyState() {
        assertChinese("empty");
        assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
        page.locator("llamero-composer input[type=file]")
                .setInputFiles(new FilePayload("notes.txt", "text/plain", "文本".getBytes(StandardCharsets.UTF_8)));
        assertChinese("an attachment");
        proxy.answers((request, reply) -> {
            reply.begin().reasoning("想一想").content("你好");
            awaitGoOn();
            reply.content("!").end(4, 2);
        });
        ask("打个招呼");
        assertThat(answer()).hasText("你好");
        assertChinese("in mid-answer");
        goOn.countDown();
        assertThat(button("重新回答")).isVisible();
        assertChinese("an answer");
        button("重新回答").click();
        assertThat(page.locator(".switcher")).containsText("2/2");
        assertChinese("two versions");
        press("ArrowUp");
        assertChinese("editing");
        press("Escape");
        for (String sheet : List.of("键盘快捷键", "对话设置")) {
            button(sheet).click();
            assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            assertChinese(sheet);
            press("Escape");
        }
        button("模型: test-model").click();
        assertChinese("models");
        press("Escape");
        page.locator("llamero-sidebar li").hover();
        button("删除: 打个招呼").click();
        assertThat(page.locator(".toast")).containsText("已删除");
        assertChinese("deleted");
    }

    @Test
    void failuresAreTitledInChinese() {
        proxy.answers((request, reply) -> reply.json(502, "{\"error\":{\"message\":\"refused\"}}"));
        ask("在吗");
        assertThat(page.locator(".error h4")).hasText("推理服务不可用");
        assertThat(page.locator(".error .remedy")).containsText("./llamero serve");
        assertThat(latin(page.locator(".error .remedy"))).containsOnly("llamero", "up", "serve");
        assertThat(button("重试")).isVisible();
        shoot("chinese-error");
    }

    @Test
    void everyFailureHasATitleAndARemedyInBothLanguages() throws IOException {
        for (String file : List.of("en.js", "zh.js", "remedies-zh.js")) {
            String texts = Files.readString(Path.of("src/main/page/texts", file));
            for (var code : UpstreamException.Code.values()) {
                assertThat(texts).as(file).contains(code + ":");
            }
            assertThat(texts).as(file).contains("GATEWAY_FAILED:");
        }
    }

    @Test
    void theEnterOfAnInputMethodSendsNothing() {
        input().fill("ni hao");
        for (String options : List.of("isComposing: true", "keyCode: 229")) {
            input().evaluate("area => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, "
                    + options + " }))");
        }
        assertThat(input()).hasValue("ni hao");
        assertThat(page.locator(".bubble")).hasCount(0);
        input().press("Enter");
        assertThat(page.locator(".bubble")).hasText("ni hao");
    }

    @Test
    void chineseIsFoundInTheMiddleOfASentence() {
        proxy.answers((request, reply) -> reply.answer("羊驼生活在安第斯山脉的高原上。"));
        ask("羊驼住在哪里?");
        assertThat(answer()).containsText("安第斯");
        press("Control+k");
        page.keyboard().type("安第斯山");
        assertThat(page.locator(".hits button")).hasCount(1);
        assertThat(page.locator(".hits mark").first()).hasText("安第斯山");
    }
}
