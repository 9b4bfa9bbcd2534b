package dev.llamero.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaLanguageModel;
import dev.langchain4j.model.ollama.OllamaModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LiveServers.Started.class)
class LangChain4jTest {
    /** A bound for what hangs; the default is too short for a busy machine. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(10);

    private String address;

    @BeforeEach
    void connect(LiveServers servers) {
        address = servers.inference();
    }

    private OllamaChatModel.OllamaChatModelBuilder chat() {
        return OllamaChatModel.builder()
                .baseUrl(address)
                .timeout(WAIT_MAX)
                .modelName(LiveServers.MODEL)
                .temperature(0.0)
                .numPredict(120);
    }

    @Test
    void chatAnswersWithUsage() {
        ChatResponse answer = chat().think(false).build().chat(UserMessage.from("Hello"));
        assertThat(answer.aiMessage().text()).contains("Hello");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.tokenUsage().inputTokenCount()).isPositive();
        assertThat(answer.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void streamedChatWithThinking() throws Exception {
        var model = OllamaStreamingChatModel.builder()
                .baseUrl(address)
                .timeout(WAIT_MAX)
                .modelName(LiveServers.MODEL)
                .temperature(0.0)
                .numPredict(120)
                .think(true)
                .returnThinking(true)
                .build();
        var parts = new ArrayList<String>();
        var thoughts = new ArrayList<String>();
        var complete = new CompletableFuture<ChatResponse>();
        model.chat("Hello", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {
                parts.add(part);
            }

            @Override
            public void onPartialThinking(PartialThinking part) {
                thoughts.add(part.text());
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                complete.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                complete.completeExceptionally(failure);
            }
        });
        var answer = complete.get(60, TimeUnit.SECONDS).aiMessage();
        assertThat(parts.size()).isGreaterThan(2);
        assertThat(String.join("", parts)).isEqualTo(answer.text()).contains("Hello");
        assertThat(String.join("", thoughts)).isEqualTo(answer.thinking()).isNotBlank();
    }

    interface Assistant {
        String answer(String question);
    }

    static final class Weather {
        final List<String> cities = new ArrayList<>();

        @Tool(name = Ordinary.WEATHER_TOOL, value = Ordinary.WEATHER_PURPOSE)
        String at(@P(name = "city", value = "The city") String city) {
            cities.add(city);
            return Ordinary.WEATHER_RESULT;
        }
    }

    @Test
    void toolOfAServiceIsCalledAndItsResultTold() {
        var weather = new Weather();
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(chat().build())
                .tools(weather)
                .build();
        assertThat(assistant.answer(Ordinary.WEATHER_QUESTION)).contains("18 degrees");
        assertThat(weather.cities).containsExactly("Paris");
    }

    record Person(String name, int age) {}

    interface Reader {
        Person read(String text);
    }

    @Test
    void serviceReadsARecordThroughASchema() {
        var model = chat().think(false)
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .build();
        Person person =
                AiServices.builder(Reader.class).chatModel(model).build().read(Ordinary.PERSON_QUESTION);
        assertThat(person.name()).isNotNull();
        var json = ChatRequest.builder()
                .messages(UserMessage.from(Ordinary.PERSON_QUESTION))
                .responseFormat(ResponseFormat.JSON)
                .build();
        assertThat(model.chat(json).aiMessage().text().strip()).startsWith("{").endsWith("}");
    }

    @Test
    void completionByTheLanguageModel() {
        var model = OllamaLanguageModel.builder()
                .baseUrl(address)
                .timeout(WAIT_MAX)
                .modelName(LiveServers.MODEL)
                .temperature(0.0)
                .numPredict(120)
                .build();
        assertThat(model.generate("Hello").content()).contains("Hello");
    }

    @Test
    void embeddings(LiveServers servers) {
        var model = OllamaEmbeddingModel.builder()
                .baseUrl(address)
                .timeout(WAIT_MAX)
                .modelName(servers.embedder())
                .build();
        assertThat(model.embed("a cat").content().dimension()).isEqualTo(384);
        assertThat(model.dimension()).isEqualTo(384);
    }

    @Test
    void modelsCardAndRunning() {
        var models = OllamaModels.builder().baseUrl(address).build();
        chat().build().chat("Hello");
        OllamaModel listed = models.availableModels().content().stream()
                .filter(each -> each.getName().equals(LiveServers.MODEL + ":latest"))
                .findFirst()
                .orElseThrow();
        assertThat(listed.getModifiedAt()).isNotNull();
        var card = models.modelCard(LiveServers.MODEL).content();
        assertThat(card.getCapabilities()).contains("tools", "thinking");
        assertThat(card.getModelInfo()).containsEntry("general.architecture", "qwen3");
        assertThat(models.runningModels().content())
                .anyMatch(each -> each.getName().equals(LiveServers.MODEL + ":latest") && each.getExpiresAt() != null);
        assertThatThrownBy(() -> models.deleteModel("nosuch")).hasMessageContaining("nosuch");
    }

    @Test
    void errorsKeepTheWordsOfTheServer() {
        var nosuch = chat().modelName("nosuch").build();
        assertThatThrownBy(() -> nosuch.chat("Hello"))
                .isInstanceOf(LangChain4jException.class)
                .hasMessageContaining("model 'nosuch' not found");
        var seen =
                UserMessage.from(TextContent.from("What is this?"), ImageContent.from(Ordinary.PICTURE, "image/png"));
        var model = chat().build();
        assertThatThrownBy(() -> model.chat(seen)).hasMessageContaining("does not support multimodal");
    }
}
