package dev.llamero.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ollama4j.Ollama;
import io.github.ollama4j.exceptions.OllamaException;
import io.github.ollama4j.models.request.CustomModelRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.ollama.OllamaChatModel;
import org.springframework.ai.ollama.OllamaEmbeddingModel;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaChatOptions;
import org.springframework.ai.ollama.api.OllamaEmbeddingOptions;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;

@ExtendWith(LiveServers.Started.class)
class SpringAiTest {
    private OllamaApi api;
    private OllamaChatModel chat;

    @BeforeEach
    void connect(LiveServers servers) {
        api = OllamaApi.builder().baseUrl(servers.inference()).build();
        chat = OllamaChatModel.builder()
                .ollamaApi(api)
                .defaultOptions(exact().build())
                .build();
    }

    private static OllamaChatOptions.Builder exact() {
        return OllamaChatOptions.builder()
                .model(LiveServers.MODEL)
                .temperature(0.0)
                .numPredict(120);
    }

    @Test
    void chatAnswersWithUsage() {
        var answer = chat.call(new Prompt("Hello"));
        assertThat(answer.getResult().getOutput().getText()).contains("Hello");
        assertThat(answer.getResult().getMetadata().getFinishReason()).isEqualTo("stop");
        assertThat(answer.getMetadata().getUsage().getTotalTokens()).isPositive();
        assertThat(answer.getMetadata().getModel()).isEqualTo(LiveServers.MODEL);
    }

    @Test
    void streamedChatSaysTheSame() {
        var options = exact().disableThinking().build();
        String whole =
                chat.call(new Prompt("Hello", options)).getResult().getOutput().getText();
        var parts = new ArrayList<String>();
        for (var part : chat.stream(new Prompt("Hello", options)).toIterable()) {
            parts.add(part.getResult().getOutput().getText());
        }
        assertThat(parts.size()).isGreaterThan(2);
        assertThat(String.join("", parts)).isEqualTo(whole);
    }

    @Test
    void thinkingIsKeptApart() {
        var answer = chat.call(new Prompt("Hello", exact().enableThinking().build()));
        assertThat(answer.getResult().getOutput().getText()).contains("Hello").doesNotContain("<think>");
        assertThat(answer.getResult().getMetadata().<String>get("thinking")).isNotBlank();
    }

    record Place(String city) {}

    @Test
    void toolIsCalledAndItsResultToldWholeAndStreamed() {
        var cities = new ArrayList<String>();
        var tool = FunctionToolCallback.builder(Ordinary.WEATHER_TOOL, (Place place) -> {
                    cities.add(place.city());
                    return Ordinary.WEATHER_RESULT;
                })
                .description(Ordinary.WEATHER_PURPOSE)
                .inputType(Place.class)
                .build();
        var prompt = new Prompt(
                Ordinary.WEATHER_QUESTION, exact().toolCallbacks(tool).build());
        assertThat(chat.call(prompt).getResult().getOutput().getText()).contains("18 degrees");
        var streamed = new StringBuilder();
        for (var part : chat.stream(prompt).toIterable()) {
            streamed.append(part.getResult().getOutput().getText());
        }
        assertThat(streamed).contains("18 degrees");
        assertThat(cities).containsExactly("Paris", "Paris");
    }

    @Test
    void formatJsonAndASchema() {
        for (Object format : List.of("json", Ordinary.personSchema())) {
            var options = exact().disableThinking().format(format).build();
            var answer = chat.call(new Prompt(Ordinary.PERSON_QUESTION, options));
            assertThat(answer.getResult().getOutput().getText().strip())
                    .startsWith("{")
                    .endsWith("}");
        }
    }

    @Test
    void embeddings(LiveServers servers) {
        var model = OllamaEmbeddingModel.builder()
                .ollamaApi(api)
                .defaultOptions(OllamaEmbeddingOptions.builder()
                        .model(servers.embedder())
                        .build())
                .build();
        assertThat(model.embed(List.of("a cat", "tax law"))).hasSize(2).allMatch(each -> each.length == 384);
    }

    @Test
    void listShowCopyAndDelete(LiveServers servers) throws OllamaException {
        assertThat(api.listModels().models()).anyMatch(each -> each.name().equals(LiveServers.MODEL + ":latest"));
        var shown = api.showModel(new OllamaApi.ShowModelRequest(LiveServers.MODEL));
        assertThat(shown.capabilities()).contains("completion", "tools", "thinking");
        assertThat(shown.modelInfo()).containsEntry("general.architecture", "qwen3");
        // This client cannot create, and a file beside the store has no manifest to copy.
        new Ollama(servers.inference())
                .createModel(CustomModelRequest.builder()
                        .model("spring-made")
                        .from(LiveServers.MODEL)
                        .build());
        api.copyModel(new OllamaApi.CopyModelRequest("spring-made", "spring-copy"));
        api.deleteModel(new OllamaApi.DeleteModelRequest("spring-made"));
        assertThat(api.listModels().models()).anyMatch(each -> each.name().equals("spring-copy:latest"));
        api.deleteModel(new OllamaApi.DeleteModelRequest("spring-copy"));
        assertThat(api.listModels().models()).noneMatch(each -> each.name().equals("spring-copy:latest"));
    }

    @Test
    void errorsKeepTheWordsOfTheServer() {
        var nosuch = new Prompt("Hello", exact().model("nosuch").build());
        assertThatThrownBy(() -> chat.call(nosuch)).hasMessageContaining("model 'nosuch' not found");
        assertThatThrownBy(() -> chat.stream(nosuch).blockLast()).hasStackTraceContaining("404");
        var seen = UserMessage.builder()
                .text("What is this?")
                .media(new Media(MediaType.IMAGE_PNG, new ByteArrayResource(Ordinary.picture())))
                .build();
        assertThatThrownBy(() -> chat.call(new Prompt(seen))).hasMessageContaining("does not support multimodal");
        var pull = new OllamaApi.PullModelRequest("127.0.0.1:1/library/nosuch", true, null, null, true);
        // The client knows no error line in the stream: it gives one without a status.
        assertThat(api.pullModel(pull)
                        .map(each -> String.valueOf(each.status()))
                        .toIterable())
                .containsExactly("pulling manifest", "null");
    }
}
