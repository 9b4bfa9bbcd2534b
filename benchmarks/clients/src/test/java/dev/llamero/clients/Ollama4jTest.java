package dev.llamero.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ollama4j.Ollama;
import io.github.ollama4j.exceptions.OllamaException;
import io.github.ollama4j.models.chat.OllamaChatMessageRole;
import io.github.ollama4j.models.chat.OllamaChatRequest;
import io.github.ollama4j.models.chat.OllamaChatStreamObserver;
import io.github.ollama4j.models.embed.OllamaEmbedRequest;
import io.github.ollama4j.models.generate.OllamaGenerateRequest;
import io.github.ollama4j.models.generate.OllamaGenerateStreamObserver;
import io.github.ollama4j.models.request.CustomModelRequest;
import io.github.ollama4j.models.request.ThinkMode;
import io.github.ollama4j.models.response.Model;
import io.github.ollama4j.tools.Tools;
import io.github.ollama4j.utils.Options;
import io.github.ollama4j.utils.OptionsBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LiveServers.Started.class)
class Ollama4jTest {
    private Ollama ollama;

    @BeforeEach
    void connect(LiveServers servers) {
        ollama = new Ollama(servers.inference());
        ollama.setRequestTimeoutSeconds(600);
    }

    private static Options exact() {
        return new OptionsBuilder().setTemperature(0).setNumPredict(120).build();
    }

    private static OllamaChatRequest question(String text) {
        return OllamaChatRequest.builder()
                .withModel(LiveServers.MODEL)
                .withMessage(OllamaChatMessageRole.USER, text)
                .withOptions(exact())
                .build();
    }

    @Test
    void pingVersionListAndPs() throws OllamaException {
        assertThat(ollama.ping()).isTrue();
        assertThat(ollama.getVersion()).matches("\\d+\\.\\d+\\.\\d+.*");
        Model listed = ollama.listModels().stream()
                .filter(each -> each.getModelName().equals(LiveServers.MODEL))
                .findFirst()
                .orElseThrow();
        assertThat(listed.getModelVersion()).isEqualTo("latest");
        assertThat(listed.getDigest()).hasSize(64);
        assertThat(listed.getModelMeta().getFamily()).isEqualTo("qwen3");
        ollama.chat(question("Hello"), null);
        assertThat(ollama.ps().getModels()).anyMatch(each -> each.getName().startsWith(LiveServers.MODEL));
        ollama.unloadModel(LiveServers.MODEL);
    }

    @Test
    void modelDetails() throws OllamaException {
        var details = ollama.getModelDetails(LiveServers.MODEL);
        assertThat(details.getCapabilities()).containsExactlyInAnyOrder("completion", "thinking", "tools");
        assertThat(details.getDetails().getFormat()).isEqualTo("gguf");
        assertThat(details.getTemplate()).isNotEmpty();
    }

    @Test
    void chatKeepsItsHistory() throws OllamaException {
        var result = ollama.chat(question("Hello"), null);
        assertThat(result.getResponseModel().getMessage().getResponse()).contains("Hello");
        assertThat(result.getResponseModel().getEvalCount()).isPositive();
        assertThat(result.getChatHistory()).hasSize(2);
        var next = OllamaChatRequest.builder()
                .withModel(LiveServers.MODEL)
                .withMessages(result.getChatHistory())
                .withMessage(OllamaChatMessageRole.USER, "Who are you?")
                .withOptions(exact())
                .build();
        assertThat(ollama.chat(next, null).getResponseModel().getMessage().getResponse())
                .isNotEmpty();
    }

    @Test
    void streamedChatWithThinking() throws OllamaException {
        var thinking = new ArrayList<String>();
        var answer = new ArrayList<String>();
        var request = question("Hello").withThinking(ThinkMode.ENABLED).withStreaming();
        var result = ollama.chat(request, new OllamaChatStreamObserver(thinking::add, answer::add));
        assertThat(answer.size()).isGreaterThan(2);
        assertThat(String.join("", answer)).contains("Hello").doesNotContain("<think>");
        assertThat(String.join("", thinking)).isNotBlank();
        assertThat(result.getResponseModel().getMessage().getResponse()).contains("Hello");
    }

    @Test
    void registeredToolIsCalledAndItsResultTold() throws OllamaException {
        var cities = new ArrayList<Object>();
        ollama.registerTool(Tools.Tool.builder()
                .toolSpec(Tools.ToolSpec.builder()
                        .name(Ordinary.WEATHER_TOOL)
                        .description(Ordinary.WEATHER_PURPOSE)
                        .parameters(Tools.Parameters.of(Map.of(
                                "city",
                                Tools.Property.builder()
                                        .type("string")
                                        .description("The city")
                                        .required(true)
                                        .build())))
                        .build())
                .toolFunction(arguments -> {
                    cities.add(arguments.get("city"));
                    return Ordinary.WEATHER_RESULT;
                })
                .build());
        var result = ollama.chat(question(Ordinary.WEATHER_QUESTION).withUseTools(true), null);
        assertThat(cities).containsExactly("Paris");
        // The client wraps the result in words that the built-in model was not trained on.
        assertThat(result.getChatHistory())
                .anyMatch(each -> each.getRole() == OllamaChatMessageRole.TOOL
                        && each.getResponse().contains(Ordinary.WEATHER_RESULT));
        assertThat(result.getResponseModel().getMessage().getResponse()).contains("weather in Paris");
    }

    @Test
    void generateWholeStreamedAndStructured() throws OllamaException {
        var request = OllamaGenerateRequest.builder()
                .withModel(LiveServers.MODEL)
                .withPrompt("Hello")
                .withThink(ThinkMode.DISABLED)
                .withOptions(exact());
        var whole = ollama.generate(request.build(), null);
        assertThat(whole.getResponse()).contains("Hello");
        assertThat(whole.getDoneReason()).isEqualTo("stop");
        assertThat(whole.getContext()).isNotEmpty();
        var parts = new ArrayList<String>();
        ollama.generate(
                request.withStreaming(true).build(), new OllamaGenerateStreamObserver(thought -> {}, parts::add));
        assertThat(String.join("", parts)).isEqualTo(whole.getResponse());
        var person = ollama.generate(
                OllamaGenerateRequest.builder()
                        .withModel(LiveServers.MODEL)
                        .withPrompt(Ordinary.PERSON_QUESTION)
                        .withFormat(Ordinary.personSchema())
                        .withOptions(exact())
                        .build(),
                null);
        assertThat(person.getStructuredResponse()).containsOnlyKeys("name", "age");
    }

    @Test
    void embeddings(LiveServers servers) throws OllamaException {
        var result = ollama.embed(new OllamaEmbedRequest(servers.embedder(), List.of("a cat", "tax law")));
        assertThat(result.getEmbeddings()).hasSize(2).allMatch(each -> each.size() == 384);
    }

    @Test
    void createdModelIsListedAndDeleted() throws OllamaException {
        ollama.createModel(CustomModelRequest.builder()
                .model("four-j")
                .from(LiveServers.MODEL)
                .system("Be short.")
                .build());
        assertThat(ollama.getModelDetails("four-j").getSystem()).isEqualTo("Be short.");
        ollama.deleteModel("four-j", false);
        assertThat(ollama.listModels()).noneMatch(each -> each.getModelName().equals("four-j"));
    }

    @Test
    void errorsKeepTheWordsOfTheServer() {
        var unknown = question("Hello").withModel("nosuch");
        assertThatThrownBy(() -> ollama.chat(unknown, null))
                .isInstanceOf(OllamaException.class)
                .hasStackTraceContaining("model 'nosuch' not found");
        assertThatThrownBy(() -> ollama.getModelDetails("nosuch")).isInstanceOf(OllamaException.class);
        assertThatThrownBy(() -> ollama.pullModel("127.0.0.1:1/library/nosuch"))
                .isInstanceOf(OllamaException.class)
                .hasStackTraceContaining("connection refused");
    }

    @Test
    void pictureIsRefused() {
        var request = OllamaGenerateRequest.builder()
                .withModel(LiveServers.MODEL)
                .withPrompt("What is this?")
                .withImagesBase64(List.of(Ordinary.PICTURE))
                .build();
        assertThatThrownBy(() -> ollama.generate(request, null)).hasStackTraceContaining("does not support multimodal");
    }
}
