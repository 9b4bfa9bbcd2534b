package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.prompt.TokenizingPool;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long text is tokenized in parts; the tokens are those of the whole. */
@Tag("native")
@Timeout(120)
class LongTextTokensTest {
    private static final String[] PARTS = {
        "<|im_start|>",
        "<|im_end|>",
        "<|im_start|>user\n",
        "<think>",
        "</think>",
        "<tool_call>",
        "<|endoftext|>",
        " ",
        "\n\n",
        "  \t",
        "hello world",
        "Gr\u00fc\u00dfe",
        "\u4e2d\u6587",
        "\uD83D\uDE00",
        "<|im_",
        "start|>",
        "<",
        "|>",
        "x1y22",
        "'s don't"
    };

    @ParameterizedTest
    @ValueSource(strings = {"toy", TestModels.SMOLLM, TestModels.QWEN})
    void partsHaveTheTokensOfTheWhole(String name) throws Exception {
        try (OpenModel open = TestModels.open(name.equals("toy") ? TestModels.toy() : TestModels.shared(name));
                var pool = new TokenizingPool()) {
            Tokenizer tokenizer = open.tokenizer();
            assertThat(tokenizer.specialTokens()).isNotEmpty();
            var random = new Random(11);
            for (int round = 0; round < 40; round++) {
                var text = new StringBuilder();
                while (text.length() < 9_000) {
                    text.append(PARTS[random.nextInt(PARTS.length)]);
                }
                assertThat(pool.encode(tokenizer, text.toString()))
                        .containsExactly(tokenizer.encode(text.toString(), true, true));
            }
        }
    }
}
