package dev.llamero.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenAI's client for Java, on inference itself and through the proxy. */
@ExtendWith(LiveServers.Started.class)
class OpenAiJavaTest {
    enum Layer {
        INFERENCE,
        PROXY;

        OpenAIClient client(LiveServers servers) {
            String address = this == PROXY ? servers.proxy() : servers.inference();
            return OpenAIOkHttpClient.builder()
                    .baseUrl(address + "/v1")
                    .apiKey("unused")
                    .maxRetries(0)
                    .build();
        }
    }

    private static ChatCompletionCreateParams.Builder question(String text) {
        return ChatCompletionCreateParams.builder()
                .model(LiveServers.MODEL)
                .temperature(0.0)
                .maxCompletionTokens(120)
                .addUserMessage(text);
    }

    @ParameterizedTest
    @EnumSource
    void chatWholeAndStreamed(Layer layer, LiveServers servers) {
        OpenAIClient client = layer.client(servers);
        var params = question("Hello").reasoningEffort(ReasoningEffort.NONE);
        var whole = client.chat().completions().create(params.build());
        whole.validate();
        assertThat(whole.choices().getFirst().message().content().orElseThrow()).contains("Hello");
        assertThat(whole.usage().orElseThrow().completionTokens()).isPositive();
        var accumulated = ChatCompletionAccumulator.create();
        params.streamOptions(
                ChatCompletionStreamOptions.builder().includeUsage(true).build());
        try (var stream = client.chat().completions().createStreaming(params.build())) {
            stream.stream().forEach(chunk -> accumulated.accumulate(chunk.validate()));
        }
        var streamed = accumulated.chatCompletion();
        assertThat(streamed.choices().getFirst().message().content())
                .isEqualTo(whole.choices().getFirst().message().content());
        assertThat(streamed.usage().orElseThrow().totalTokens())
                .isEqualTo(whole.usage().orElseThrow().totalTokens());
    }

    @ParameterizedTest
    @EnumSource
    void toolIsCalledAndItsResultTold(Layer layer, LiveServers servers) {
        OpenAIClient client = layer.client(servers);
        var parameters = FunctionParameters.builder();
        Ordinary.weatherParameters()
                .forEach((name, value) -> parameters.putAdditionalProperty(name, JsonValue.from(value)));
        var params = question(Ordinary.WEATHER_QUESTION)
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name(Ordinary.WEATHER_TOOL)
                                .description(Ordinary.WEATHER_PURPOSE)
                                .parameters(parameters.build())
                                .build())
                        .build());
        var choice =
                client.chat().completions().create(params.build()).choices().getFirst();
        assertThat(choice.finishReason().asString()).isEqualTo("tool_calls");
        var call = choice.message().toolCalls().orElseThrow().getFirst().asFunction();
        assertThat(call.function().name()).isEqualTo(Ordinary.WEATHER_TOOL);
        assertThat(call.function().arguments()).contains("Paris");
        params.addMessage(choice.message())
                .addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call.id())
                        .content(Ordinary.WEATHER_RESULT)
                        .build());
        var told = client.chat().completions().create(params.build());
        assertThat(told.choices().getFirst().message().content().orElseThrow()).contains("18 degrees");
    }

    /** Read through the schema that the client makes of it. */
    public static class Person {
        public String name;
        public int age;
    }

    @ParameterizedTest
    @EnumSource
    void structuredOutputOfAClass(Layer layer, LiveServers servers) {
        var params = question(Ordinary.PERSON_QUESTION)
                .reasoningEffort(ReasoningEffort.NONE)
                .responseFormat(Person.class)
                .build();
        var answer = layer.client(servers).chat().completions().create(params);
        Person person = answer.choices().getFirst().message().content().orElseThrow();
        assertThat(person.name).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void completions(Layer layer, LiveServers servers) {
        var answer = layer.client(servers)
                .completions()
                .create(CompletionCreateParams.builder()
                        .model(LiveServers.MODEL)
                        .prompt("Hello")
                        .temperature(0.0)
                        .maxTokens(16)
                        .build());
        answer.validate();
        assertThat(answer.choices().getFirst().text()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void responsesWholeAndStreamed(Layer layer, LiveServers servers) {
        OpenAIClient client = layer.client(servers);
        var params = ResponseCreateParams.builder()
                .model(LiveServers.MODEL)
                .temperature(0.0)
                .maxOutputTokens(120)
                .input("Hello")
                .build();
        var whole = client.responses().create(params);
        assertThat(text(whole)).contains("Hello");
        var accumulated = ResponseAccumulator.create();
        try (var stream = client.responses().createStreaming(params)) {
            stream.stream().forEach(accumulated::accumulate);
        }
        assertThat(text(accumulated.response())).isEqualTo(text(whole));
    }

    private static String text(com.openai.models.responses.Response response) {
        var text = new StringBuilder();
        for (var item : response.output()) {
            item.message()
                    .ifPresent(message -> message.content()
                            .forEach(part -> part.outputText().ifPresent(output -> text.append(output.text()))));
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource
    void embeddings(Layer layer, LiveServers servers) {
        var answer = layer.client(servers)
                .embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(servers.embedder())
                        .inputOfArrayOfStrings(List.of("a cat", "tax law"))
                        .build());
        assertThat(answer.data()).hasSize(2).allMatch(each -> each.embedding().size() == 384);
    }

    @ParameterizedTest
    @EnumSource
    void modelsListedAndOne(Layer layer, LiveServers servers) {
        var models = layer.client(servers).models();
        String id = models.list().autoPager().stream()
                .map(model -> model.validate().id())
                .filter(each -> each.startsWith(LiveServers.MODEL))
                .findFirst()
                .orElseThrow();
        assertThat(models.retrieve(id).id()).isEqualTo(id);
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreOfTheClientsClasses(Layer layer, LiveServers servers) {
        var completions = layer.client(servers).chat().completions();
        assertThatThrownBy(() ->
                        completions.create(question("Hello").model("nosuch").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nosuch");
        assertThatThrownBy(() -> completions.create(question("Hello")
                        .putAdditionalBodyProperty("top_p", JsonValue.from("high"))
                        .build()))
                .isInstanceOf(BadRequestException.class);
        var picture = ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                        .url("data:image/png;base64," + Ordinary.PICTURE)
                        .build())
                .build());
        assertThatThrownBy(() -> completions.create(question("What is this?")
                        .addUserMessageOfArrayOfContentParts(List.of(picture))
                        .build()))
                .isInstanceOf(OpenAIServiceException.class);
    }
}
