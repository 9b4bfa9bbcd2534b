package dev.llamero.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionChunksTest {
    private static List<Delta> read(String data) {
        var deltas = new ArrayList<Delta>();
        assertThat(CompletionChunks.read(data, deltas::add)).isFalse();
        return deltas;
    }

    @Test
    void doneEndsTheStream() {
        assertThat(CompletionChunks.read("[DONE]", delta -> {})).isTrue();
    }

    @Test
    void thinkingIsReadUnderBothNames() {
        assertThat(read("{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"reasoning\":\"a\"}}]}"))
                .containsExactly(new Delta.Reasoning("a"));
        assertThat(read("{\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"b\"}}]}"))
                .containsExactly(new Delta.Reasoning("b"));
    }

    @Test
    void contentFinishAndUsageComeInOrder() {
        assertThat(read("{\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"length\"}],"
                        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}"))
                .containsExactly(new Delta.Content("hi"), new Delta.Finish("length"), new Delta.Usage(3, -1, 5));
    }

    @Test
    void cachedTokensAndToolCallsAreReadPieceByPiece() {
        assertThat(read("{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":7}}}"))
                .containsExactly(new Delta.Usage(9, 7, 1));
        assertThat(read("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"c\",\"function\":"
                        + "{\"name\":\"f\",\"arguments\":\"{\"}},"
                        + "{\"index\":1,\"function\":{\"arguments\":\"}\"}}]}}]}"))
                .containsExactly(new Delta.ToolCall(1, "c", "f", "{"), new Delta.ToolCall(1, "", "", "}"));
        assertThatThrownBy(() -> read("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":9999}]}}]}"))
                .hasMessageContaining("more than 128 tools");
    }

    @Test
    void whatIsNotKnownIsSkipped() {
        assertThat(read("{\"choices\":[],\"usage\":null,\"x\":1}")).isEmpty();
        assertThat(read("{\"choices\":[{\"delta\":{\"content\":[1]},\"finish_reason\":null}]}"))
                .isEmpty();
    }

    @Test
    void anErrorSaysItsReason() {
        assertThatThrownBy(() -> read("{\"error\":{\"message\":\"no memory\"}}"))
                .isInstanceOf(UpstreamException.class)
                .hasMessageEndingWith("no memory");
        assertThatThrownBy(() -> read("{\"error\":\"plain\"}")).hasMessageEndingWith("plain");
        assertThatThrownBy(() -> read("<html>")).hasMessageContaining("not JSON");
    }
}
