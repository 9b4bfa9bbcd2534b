package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.TokenConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The constraint on the content begins where the thinking ends, in the same sequence. */
class AfterThinkingTest {
    private final PieceTokenizer tokenizer = new PieceTokenizer(
            "<|end|>",
            "<think>",
            "</think>",
            "</th",
            "ink>",
            "\n",
            "\n\n",
            "{",
            "}",
            "hm",
            " ",
            "<th",
            "ink>x",
            "<|final|>");

    /** Allows braces, and the end behind a closed one. */
    private final class RecordingConstraint implements TokenConstraint {
        private final List<Integer> accepted = new ArrayList<>();
        private boolean closed;

        @Override
        public boolean allows(int token) {
            boolean over = accepted.contains(tokenizer.token("}"));
            return over ? token == 0 : token == tokenizer.token("{") || token == tokenizer.token("}");
        }

        @Override
        public void mask(float[] logits) {
            for (int i = 0; i < logits.length; i++) {
                logits[i] = allows(i) ? logits[i] : Float.NEGATIVE_INFINITY;
            }
        }

        @Override
        public void accept(int token) {
            assertThat(allows(token)).isTrue();
            accepted.add(token);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final RecordingConstraint content = new RecordingConstraint();

    private AfterThinking after(String prompt) {
        return new AfterThinking(content, tokenizer, Set.of(), prompt, AnswerTags.QWEN);
    }

    /** What may come next, by the answer of allows and by the mask, which must agree. */
    private List<String> next(AfterThinking constraint) {
        float[] logits = new float[tokenizer.vocabularySize()];
        constraint.mask(logits);
        var allowed = new ArrayList<String>();
        for (int token = 0; token < logits.length; token++) {
            assertThat(logits[token] == 0).isEqualTo(constraint.allows(token));
            if (logits[token] == 0) {
                allowed.add(new String(tokenizer.bytes(token, true), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return allowed;
    }

    private void write(AfterThinking constraint, String... pieces) {
        for (String piece : pieces) {
            assertThat(constraint.allows(tokenizer.token(piece))).as(piece).isTrue();
            constraint.accept(tokenizer.token(piece));
        }
    }

    @Test
    void thinkingIsFreeAndContentIsHeld() {
        AfterThinking constraint = after("user");
        write(constraint, "<think>", "\n", "hm", "{", "hm");
        assertThat(content.accepted).isEmpty();
        write(constraint, "</think>");
        assertThat(next(constraint)).containsExactly("\n", "\n\n", "{", "}", " ");
        write(constraint, "\n\n");
        assertThat(next(constraint)).containsExactly("\n", "\n\n", "{", "}", " ");
        write(constraint, "{", "}");
        assertThat(next(constraint)).containsExactly("<|end|>");
        assertThat(content.accepted).hasSize(2);
    }

    @Test
    void anAnswerThatDoesNotThinkIsHeldFromItsFirstToken() {
        AfterThinking constraint = after("user");
        assertThat(next(constraint)).containsExactly("<think>", "\n", "\n\n", "{", "}", " ", "<th");
        write(constraint, "{");
        assertThat(next(constraint)).containsExactly("{", "}");
    }

    @Test
    void tagsMaySpanTokens() {
        AfterThinking constraint = after("user");
        write(constraint, "<th");
        assertThat(next(constraint)).containsExactly("ink>", "ink>x");
        write(constraint, "ink>", "hm", "</th");
        assertThat(constraint.allows(tokenizer.token("ink>x")))
                .as("text behind the tag in the same token would escape the grammar")
                .isFalse();
        write(constraint, "ink>", "{");
        assertThat(content.accepted).hasSize(1);
    }

    @Test
    void thinkingCannotEndTheAnswer() {
        AfterThinking constraint = after("user <think>\n");
        write(constraint, "hm");
        assertThat(constraint.allows(0)).isFalse();
    }

    @Test
    void spaceBehindThinkingIsBounded() {
        AfterThinking constraint = after("<think>");
        write(constraint, "</think>", "\n\n", "\n\n");
        assertThat(next(constraint)).containsExactly("{", "}");
        constraint.close();
        assertThat(content.closed).isTrue();
    }

    @Test
    void channelsEndThinkingByTheirFinalMessage() {
        var channels = new PieceTokenizer("<|end|>", "<|channel|>", "analysis", "final", "<|message|>", "hm", "{", "}");
        Set<Integer> shown = Set.of(1, 4);
        var held = new AfterThinking(
                new TokenConstraint() {
                    @Override
                    public boolean allows(int token) {
                        return token == channels.token("{");
                    }

                    @Override
                    public void mask(float[] logits) {
                        throw new AssertionError("not asked here");
                    }

                    @Override
                    public void accept(int token) {
                        assertThat(token).isEqualTo(channels.token("{"));
                    }

                    @Override
                    public void close() {
                        throw new AssertionError("not asked here");
                    }
                },
                channels,
                shown,
                "<|start|>assistant",
                AnswerTags.HARMONY);
        for (String piece :
                List.of("<|channel|>", "analysis", "<|message|>", "hm", "<|channel|>", "final", "<|message|>")) {
            assertThat(held.allows(channels.token(piece))).isTrue();
            held.accept(channels.token(piece));
        }
        assertThat(held.allows(channels.token("hm"))).isFalse();
        assertThat(held.allows(channels.token("{"))).isTrue();
    }
}
