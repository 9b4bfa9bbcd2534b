package dev.llamero.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Request;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What answers look like: formulas, code, lists that grow, links and images. */
class MarkdownTest extends BrowserTest {
    private static final String FORMULAS = """
        Energy is $E = mc^2$, and \\(\\alpha + \\beta\\) is a sum. It costs $5 and not $6.

        $$
        \\int_0^1 x^2 \\, dx = \\frac{1}{3}
        $$

        As a matrix:
        \\[ \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix} \\]

        Broken: $\\frac{1}{$ end.
        """;

    @Test
    void formulasAreDrawnWithFontsOfTheGateway() {
        var loaded = loaded();
        proxy.answers((request, reply) -> reply.answer("No formula here, only $5 or $6."));
        ask("How much?");
        assertThat(answer()).hasText("No formula here, only $5 or $6.");
        assertThat(loaded).noneMatch(path -> path.contains("katex") || path.contains("woff2"));
        proxy.answers((request, reply) -> pieces(reply, FORMULAS, 3));
        ask("Show formulas");
        assertThat(answer().locator(".katex")).hasCount(4);
        assertThat(answer().locator(".katex-display")).hasCount(2);
        assertThat(answer()).containsText("It costs $5 and not $6.");
        assertThat(answer()).containsText("Broken: $\\frac{1}{$ end.");
        page.waitForCondition(() -> loaded.stream().anyMatch(path -> path.matches("/assets/KaTeX_.*\\.woff2")));
        shoot("formulas");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aFormulaThatCannotBeDrawnStaysAsItWasWritten() {
        proxy.answers((request, reply) -> reply.answer("Here: $\\notacommand{x}$ ok"));
        ask("Break a formula");
        assertThat(answer().locator(".math.broken")).hasText("$\\notacommand{x}$");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aLanguageIsLoadedWhenItIsFirstMet() {
        var loaded = loaded();
        proxy.answers((request, reply) -> reply.answer("```py\ndef f(x):\n    return x\n```"));
        ask("Python, please");
        assertThat(answer().locator("pre .hljs-keyword").first()).hasText("def");
        assertThat(loaded).anyMatch(path -> path.startsWith("/assets/python-"));
        assertThat(loaded).noneMatch(path -> path.startsWith("/assets/rust-"));
        proxy.answers((request, reply) -> reply.answer("```nolanguage\nplain <b>text</b>\n```"));
        ask("Something unknown");
        assertThat(answer().locator("pre")).hasText("plain <b>text</b>");
        assertThat(complaints).isEmpty();
    }

    @Test
    void listsTablesAndCodeThatGrowEndAsTheSameDocumentAsTheWhole() {
        String text = """
            1. One **bold**
            2. Two
               - inner `code`
               - inner [link](https://example.org/a)

                 with a paragraph
            3. Three

            | a | b |
            |---|---|
            | 1 | *x* |
            | 2 | y |

            ```python
            for i in range(3):
                print("hello", i)  # %s
            ```

            - [ ] open
            - [x] done
            """.formatted("long comment ".repeat(40));
        proxy.answers((request, reply) -> pieces(reply, text, 1));
        ask("Grow");
        assertThat(button("Answer again")).isVisible();
        assertThat(answer().locator("pre .hljs-keyword").first()).isVisible();
        Object grown = answer().innerHTML();
        page.reload();
        assertThat(answer().locator("pre .hljs-keyword").first()).isVisible();
        assertThat(answer().innerHTML()).isEqualTo(grown);
        assertThat(answer().locator("ol > li")).hasCount(3);
        assertThat(answer().locator("tbody tr")).hasCount(2);
    }

    @Test
    void imagesAreLinksUntilSomebodyClicks() {
        proxy.answers((request, reply) -> reply.answer("![a cat](https://example.invalid/cat.png?secret=1)\n\n"
                + "![dot](data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=)\n\n"
                + "[ok](https://example.org) [bad](data:text/html,x) [worse](vbscript:x)"));
        ask("Show me a picture");
        Locator image = answer().locator("a.image");
        assertThat(image).hasText("a cat");
        assertThat(image).hasAttribute("title", "https://example.invalid/cat.png?secret=1");
        assertThat(image).hasAttribute("rel", "noopener noreferrer");
        assertThat(answer().locator("img")).hasCount(1);
        assertThat(answer().locator("a[href]")).hasCount(2);
    }

    @Test
    void theCopyButtonGivesTheCodeAsItIs() {
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        proxy.answers((request, reply) -> reply.answer("```js\nif (a < b && c) {\n\treturn `x`;\n}\n```"));
        ask("Code");
        answer().locator(".code-head button").click();
        assertThat(answer().locator(".code-head button")).hasText("Copied");
        assertThat(page.evaluate("navigator.clipboard.readText()")).isEqualTo("if (a < b && c) {\n\treturn `x`;\n}");
    }

    /** Paths of what the page asks for from now on. */
    private List<String> loaded() {
        var paths = new CopyOnWriteArrayList<String>();
        page.onRequest((Request request) ->
                paths.add(java.net.URI.create(request.url().split("[?#]")[0]).getPath()));
        return paths;
    }

    private static void pieces(ScriptedProxy.Reply reply, String text, int chars) throws IOException {
        reply.begin();
        for (int i = 0; i < text.length(); i += chars) {
            reply.content(text.substring(i, Math.min(text.length(), i + chars)));
        }
        reply.end(12, 190);
    }
}
