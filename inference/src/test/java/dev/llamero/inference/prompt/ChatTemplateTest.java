package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.api.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
    private static String prompt(String source, ChatMessage... messages) {
        return new ChatTemplate(JinjaTemplates.parse(source), "", "", false, AnswerTags.QWEN)
                .render(List.of(messages), List.of(), null);
    }

    private static final String SOURCE = "{% for m in messages %}<{{ m.role }}>{{ m.content.strip() }}</>{% endfor %}"
            + "{% if add_generation_prompt %}<assistant>{% endif %}";

    @Test
    void anAnswerGoesOnWithTheTextThatTheLastMessageBegan() {
        ChatMessage question = ChatMessage.of("user", "The sky?");
        assertThat(prompt(SOURCE, question)).isEqualTo("<user>The sky?</><assistant>");
        assertThat(prompt(SOURCE, question, ChatMessage.of("assistant", "The sky")))
                .isEqualTo("<user>The sky?</><assistant>The sky");
        assertThat(prompt(SOURCE, question, ChatMessage.of("assistant", " The sky \n")))
                .isEqualTo("<user>The sky?</><assistant>The sky");
    }

    @Test
    void anEmptyAnswerAndOneThatTheTemplateHidesAreTurnsOfTheirOwn() {
        ChatMessage question = ChatMessage.of("user", "Hi");
        assertThat(prompt(SOURCE, question, ChatMessage.of("assistant", " ")))
                .isEqualTo("<user>Hi</><assistant></><assistant>");
        String hiding = "{{ messages[0].content }}{% if add_generation_prompt %}<assistant>{% endif %}";
        assertThat(prompt(hiding, question, ChatMessage.of("assistant", "Yes"))).isEqualTo("Hi<assistant>");
    }
}
