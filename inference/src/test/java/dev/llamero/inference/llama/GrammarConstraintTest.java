package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.llamero.inference.engine.TokenConstraint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("native")
class GrammarConstraintTest {
    private OpenModel model;

    @BeforeEach
    void open() {
        model = TestModels.open(TestModels.toy());
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void allowsWhatTheGrammarAllowsAndThenTheEnd() {
        try (TokenConstraint constraint = model.grammar("root ::= \"ab\" | \"ac\"")) {
            assertThat(constraint.allows(token("a"))).isTrue();
            assertThat(constraint.allows(token("b"))).isFalse();
            assertThat(constraint.allows(end())).isFalse();
            constraint.accept(token("a"));
            assertThat(constraint.allows(token("a"))).isFalse();
            assertThat(constraint.allows(token("c"))).isTrue();
            constraint.accept(token("b"));
            assertThat(constraint.allows(token("c"))).isFalse();
            assertThat(constraint.allows(end())).isTrue();
            constraint.accept(end());
        }
    }

    @Test
    void masksAllOtherTokens() {
        try (TokenConstraint constraint = model.grammar("root ::= [xy]+")) {
            float[] logits = new float[model.tokenizer().vocabularySize()];
            Arrays.fill(logits, 1.5f);
            constraint.mask(logits);
            for (int token = 0; token < logits.length; token++) {
                String text = new String(model.tokenizer().bytes(token, true), StandardCharsets.ISO_8859_1);
                boolean allowed = !text.isEmpty() && text.chars().allMatch(c -> c == 'x' || c == 'y');
                assertThat(logits[token]).as(text).isEqualTo(allowed ? 1.5f : Float.NEGATIVE_INFINITY);
            }
        }
    }

    @Test
    void matchesACharacterOfSeveralTokens() {
        try (TokenConstraint constraint = model.grammar("root ::= \"中\"")) {
            for (int token : model.tokenizer().encode("中", false, false)) {
                assertThat(constraint.allows(token)).isTrue();
                constraint.accept(token);
            }
            assertThat(constraint.allows(end())).isTrue();
        }
    }

    @Test
    void refusesToAcceptWhatWouldEndTheProcess() {
        try (TokenConstraint constraint = model.grammar("root ::= \"ab\"")) {
            assertThatIllegalStateException().isThrownBy(() -> constraint.accept(token("z")));
            assertThatIllegalStateException().isThrownBy(() -> constraint.accept(end()));
            assertThatIllegalArgumentException().isThrownBy(() -> constraint.accept(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> constraint.mask(new float[3]));
            constraint.accept(token("a"));
            assertThat(constraint.allows(token("b"))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "# nothing\n",
                "root",
                "root ::= (\"a\"",
                "root ::= \"a",
                "root ::= missing",
                "other ::= \"a\"",
                "root ::= root \"a\"",
                "root ::= [",
                "root ::= \"a\"{5,2",
                "root ::= \"\\xZZ\"",
                "root ::= \"a\"\0\"b\"",
                "::="
            })
    void saysWhatIsNoGrammar(String text) {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> model.grammar(text).close())
                .withMessageContaining("gramm");
    }

    @Test
    void boundsNestingAndLength() {
        String deep = "root ::= " + "(".repeat(100_000) + "\"a\"" + ")".repeat(100_000);
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> model.grammar(deep))
                .withMessageContaining("deeper than 256");
        String longText = "root ::= \"" + "a".repeat(2 << 20) + "\"";
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> model.grammar(longText))
                .withMessageContaining("over 1048576");
    }

    @Test
    void isAnExceptionAfterClosingEitherPart() {
        TokenConstraint constraint = model.grammar("root ::= \"a\"");
        constraint.close();
        constraint.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> constraint.allows(token("a")))
                .withMessageContaining("grammar is closed");
        TokenConstraint outlives = model.grammar("root ::= \"a\"");
        model.close();
        assertThatIllegalStateException().isThrownBy(() -> outlives.allows(97)).withMessageContaining("closed");
        outlives.close();
        assertThatIllegalStateException().isThrownBy(() -> model.grammar("root ::= \"a\""));
    }

    private int token(String text) {
        int[] tokens = model.tokenizer().encode(text, false, false);
        assertThat(tokens).hasSize(1);
        return tokens[0];
    }

    private int end() {
        return model.tokenizer().encode("<|im_end|>", false, true)[0];
    }
}
