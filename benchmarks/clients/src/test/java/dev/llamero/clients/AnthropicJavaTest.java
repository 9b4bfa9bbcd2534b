package dev.llamero.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlock;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Anthropic's client for Java, on inference itself and through the proxy. */
@ExtendWith(LiveServers.Started.class)
class AnthropicJavaTest {
    enum Layer {
        INFERENCE,
        PROXY;

        AnthropicClient client(LiveServers servers) {
            return AnthropicOkHttpClient.builder()
                    .baseUrl(this == PROXY ? servers.proxy() : servers.inference())
                    .apiKey("unused")
                    .maxRetries(0)
                    .build();
        }
    }

    private static MessageCreateParams.Builder question(String text) {
        return MessageCreateParams.builder()
                .model(LiveServers.MODEL)
                .maxTokens(120)
                .putAdditionalBodyProperty("temperature", JsonValue.from(0))
                .addUserMessage(text);
    }

    private static String text(Message message) {
        return message.content().stream()
                .flatMap(block -> block.text().stream())
                .map(TextBlock::text)
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @EnumSource
    void messageWholeAndStreamed(Layer layer, LiveServers servers) {
        var messages = layer.client(servers).messages();
        MessageCreateParams params =
                question("Hello").system("You are helpful.").build();
        Message whole = messages.create(params);
        // Inference leaves the signature of a thought out, as Ollama does; the client then calls it invalid.
        if (layer == Layer.PROXY) {
            whole.validate();
        }
        assertThat(text(whole)).isNotEmpty();
        assertThat(whole.stopReason()).contains(StopReason.END_TURN);
        assertThat(whole.usage().inputTokens()).isPositive();
        var accumulated = MessageAccumulator.create();
        try (var stream = messages.createStreaming(params)) {
            stream.stream().forEach(event -> accumulated.accumulate(layer == Layer.PROXY ? event.validate() : event));
        }
        assertThat(text(accumulated.message())).isEqualTo(text(whole));
        assertThat(accumulated.message().usage().outputTokens())
                .isEqualTo(whole.usage().outputTokens());
    }

    @ParameterizedTest
    @EnumSource
    void thinkingIsABlockBeforeTheAnswer(Layer layer, LiveServers servers) {
        var messages = layer.client(servers).messages();
        MessageCreateParams params =
                question("Hello").maxTokens(2048).enabledThinking(1024).build();
        Message whole = messages.create(params);
        assertThat(whole.content().getFirst().asThinking().thinking()).isNotBlank();
        assertThat(text(whole)).contains("Hello");
        var accumulated = MessageAccumulator.create();
        try (var stream = messages.createStreaming(params)) {
            stream.stream().forEach(accumulated::accumulate);
        }
        assertThat(accumulated.message().content().getFirst().asThinking().thinking())
                .isEqualTo(whole.content().getFirst().asThinking().thinking());
    }

    @ParameterizedTest
    @EnumSource
    void toolIsCalledAndItsResultToldWholeAndStreamed(Layer layer, LiveServers servers) {
        var messages = layer.client(servers).messages();
        var city = Map.of("type", "string", "description", "The city");
        var params = question(Ordinary.WEATHER_QUESTION)
                .addTool(Tool.builder()
                        .name(Ordinary.WEATHER_TOOL)
                        .description(Ordinary.WEATHER_PURPOSE)
                        .inputSchema(Tool.InputSchema.builder()
                                .properties(Tool.InputSchema.Properties.builder()
                                        .putAdditionalProperty("city", JsonValue.from(city))
                                        .build())
                                .required(List.of("city"))
                                .build())
                        .build());
        var accumulated = MessageAccumulator.create();
        try (var stream = messages.createStreaming(params.build())) {
            stream.stream().forEach(accumulated::accumulate);
        }
        assertThat(accumulated.message().stopReason()).contains(StopReason.TOOL_USE);
        Message call = messages.create(params.build());
        assertThat(call.stopReason()).contains(StopReason.TOOL_USE);
        var use = call.content().stream()
                .filter(ContentBlock::isToolUse)
                .findFirst()
                .orElseThrow()
                .asToolUse();
        assertThat(use.name()).isEqualTo(Ordinary.WEATHER_TOOL);
        assertThat(use._input()).isEqualTo(JsonValue.from(Map.of("city", "Paris")));
        params.addMessage(call)
                .addUserMessageOfContentBlockParams(
                        List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                .toolUseId(use.id())
                                .content(Ordinary.WEATHER_RESULT)
                                .build())));
        assertThat(text(messages.create(params.build()))).contains("18 degrees");
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreOfTheClientsClasses(Layer layer, LiveServers servers) {
        var messages = layer.client(servers).messages();
        assertThatThrownBy(
                        () -> messages.create(question("Hello").model("nosuch").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nosuch");
        var picture = ContentBlockParam.ofImage(Base64ImageSource.builder()
                .mediaType(Base64ImageSource.MediaType.IMAGE_PNG)
                .data(Ordinary.PICTURE)
                .build());
        assertThatThrownBy(() -> messages.create(question("What is this?")
                        .addUserMessageOfContentBlockParams(List.of(picture))
                        .build()))
                .isInstanceOf(AnthropicServiceException.class);
    }
}
