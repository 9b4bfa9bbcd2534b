package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.api.ModelOptions;
import dev.llamero.inference.api.RunRequest;
import dev.llamero.inference.api.Think;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.gotemplate.OllamaTemplate;
import dev.llamero.inference.model.DraftOption;
import dev.llamero.inference.model.LoadOptions;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelHeader;
import dev.llamero.inference.prompt.AnswerTags;
import dev.llamero.inference.prompt.ChatTemplate;
import dev.llamero.inference.prompt.ChatTemplates;
import dev.llamero.inference.prompt.GoChatTemplate;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.inference.prompt.MessageAssembly;
import dev.llamero.inference.prompt.PromptBuilder;
import dev.llamero.inference.prompt.PromptMemory;
import dev.llamero.inference.prompt.PromptTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The steps that generate and chat share before the engine runs (specification 3). Any thread. */
final class Preparation {
    private static final int LOGPROBS_MAX = 20;

    private final ApiHandlers parts;
    private final PromptMemory memory = new PromptMemory();
    private final DraftOption drafts;

    Preparation(ApiHandlers parts) {
        this.parts = parts;
        this.drafts = new DraftOption(parts.store());
    }

    static void checkLogprobs(RunRequest run) {
        if (run.topLogprobs() < 0 || run.topLogprobs() > LOGPROBS_MAX) {
            throw ApiException.badRequest("top_logprobs must be between 0 and " + LOGPROBS_MAX);
        }
    }

    /** The model that generate or chat means. */
    LocalModel model(String typed) {
        return parts.store().require(typed, name -> "model '" + typed + "' not found");
    }

    /** The model that a request for embeddings means. */
    LocalModel embeddingModel(String typed) {
        return parts.store()
                .require(typed, name -> "model " + GoText.quoted(typed) + " not found, try pulling it first");
    }

    void unload(LocalModel model) {
        parts.loaded().unload(model);
    }

    /**
     * Whether and how the model shall think: what the request says, or its default; null for a model that does not
     * think and was not asked about it.
     */
    static Think think(LocalModel model, String typed, Think asked) {
        boolean able = model.can("thinking");
        if (asked != null && asked.on() && !able) {
            throw ApiException.badRequest(GoText.quoted(typed) + " does not support thinking");
        }
        return asked == null && able ? Think.DEFAULT : asked;
    }

    /**
     * Refuses what the model cannot do.
     *
     * @param verb {@code chat} or {@code generate}
     * @param extra a capability needed beside completion; "" for none
     */
    static void checkCapabilities(LocalModel model, String typed, String verb, String extra) {
        if (!model.can("completion")) {
            throw ApiException.badRequest(GoText.quoted(typed) + " does not support " + verb);
        }
        if (!extra.isEmpty() && !model.can(extra)) {
            throw ApiException.badRequest(model.name().full() + " does not support " + extra);
        }
    }

    /** @param asked the request's own */
    static ModelOptions options(LocalModel model, Map<String, Object> asked) {
        return ModelOptions.merge(model.text().parameters(), asked);
    }

    /**
     * The model in memory, for this request.
     *
     * @param keepAlive null to leave as it is
     */
    LoadedModels.Lease load(Exchange exchange, LocalModel model, ModelOptions options, Duration keepAlive)
            throws InterruptedException {
        LoadOptions wanted = parts.defaults().of(model, options).with(drafts.of(model, options));
        return parts.loaded().acquire(model, wanted, keepAlive, exchange.watch());
    }

    /** Tokens of a text, off this thread. */
    int[] encode(Tokenizer tokenizer, String text) throws InterruptedException {
        return parts.pool().encode(tokenizer, text);
    }

    private static Optional<OllamaTemplate> goTemplate(LocalModel model) {
        try {
            return model.goTemplate();
        } catch (GoTemplateException e) {
            throw new ApiException(500, e.getMessage());
        }
    }

    PromptBuilder prompts(LocalModel model, LoadedModels.Lease lease) {
        Tokenizer tokenizer = lease.loaded().engine().tokenizer();
        ChatTemplates.Key key = key(model.header());
        PromptTemplate template = goTemplate(model)
                .<PromptTemplate>map(go -> parts.templates().of(go, key, tokenizer))
                .orElseGet(() -> parts.templates().of(key, tokenizer));
        return new PromptBuilder(
                template,
                tokenizer,
                parts.pool(),
                memory,
                lease.loaded().engine().info().contextTokens());
    }

    /** The model's template without the texts of its special tokens, which only its vocabulary knows. */
    static PromptTemplate unbound(LocalModel model) {
        String source = model.header().chatTemplate().orElse("");
        return goTemplate(model)
                .<PromptTemplate>map(go -> new GoChatTemplate(go, ""))
                .orElseGet(() ->
                        new ChatTemplate(JinjaTemplates.parse(source), "", "", false, AnswerTags.ofJinja(source)));
    }

    private static ChatTemplates.Key key(ModelHeader header) {
        return new ChatTemplates.Key(
                header.chatTemplate().orElse(""), header.tokenId("bos"), header.tokenId("eos"), header.addsBos());
    }

    /**
     * The Go template that a generate request runs directly: its own, or the model's for a suffix.
     *
     * @param source the request's template; null if it has none
     */
    GoChatTemplate direct(LocalModel model, LoadedModels.Lease lease, String source) {
        OllamaTemplate template = source == null ? goTemplate(model).orElseThrow() : GoChatTemplate.parse(source);
        return parts.templates()
                .of(template, key(model.header()), lease.loaded().engine().tokenizer());
    }

    /** A request's messages with what the model has stored. */
    static List<ChatMessage> messages(LocalModel model, List<ChatMessage> request) {
        List<ChatMessage> stored = model.text().messages().stream()
                .map(message -> ChatMessage.of(message.role(), message.content()))
                .toList();
        boolean qwen = model.header().architecture().equals("qwen3")
                || model.name().model().equalsIgnoreCase("deepseek-r1");
        return MessageAssembly.of(stored, model.text().system(), request, qwen);
    }

    /** No model here sees images: the libraries that run them hold no libmtmd, which reads projectors. */
    static void refuseImages(LocalModel model, boolean any) {
        if (any && model.can("vision")) {
            throw ApiException.badRequest(
                    "images are not supported: this build of llama.cpp has no libmtmd, which reads"
                            + " the projector of \"" + model.name().display() + "\"; send text only");
        }
        if (any) {
            throw ApiException.badRequest("Multimodal data provided, but model does not support multimodal requests.");
        }
    }
}
