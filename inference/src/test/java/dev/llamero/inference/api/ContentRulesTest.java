package dev.llamero.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of Anthropic's dialect that Go cannot decode, in its words. */
class ContentRulesTest {
    private static byte[] body(String messages) {
        return ("{\"model\":\"m\",\"max_tokens\":1,\"messages\":" + messages + "}").getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '#', textBlock = """
        true ; bool ; of type []anthropic.MessageParam
        {} ; object ; of type []anthropic.MessageParam
        [{"role":1,"content":"a"}] ; number ; .role of type string
        [{"role":"user","content":1}] ; number ; of type []anthropic.ContentBlock
        [{"role":"user","content":[1]}] ; number ; of type anthropic.ContentBlock
        [{"role":"user","content":[{"type":"text","text":5}]}] ; number ; .text of type string
        [{"role":"user","content":[{"type":true}]}] ; bool ; .type of type string
        """)
    void aMessageOfAnotherTypeIsToldAsGoTellsIt(String messages, String kind, String field) {
        assertThatThrownBy(() -> CallerBodies.messages(body(messages)))
                .isInstanceOf(BadJsonException.class)
                .hasMessage("json: cannot unmarshal " + kind + " into Go struct field MessagesRequest.messages"
                        + (field.startsWith(".") ? "" : " ") + field);
    }

    @Test
    void aMessageInOrderPasses() {
        assertThat(CallerBodies.messages(body("[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]"))
                        .model())
                .isEqualTo("m");
    }
}
