package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.api.GenerateRequest;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.api.Think;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.prompt.AnswerParser;
import dev.llamero.inference.prompt.GoChatTemplate;
import dev.llamero.inference.prompt.Prompt;
import dev.llamero.inference.prompt.PromptBuilder;
import dev.llamero.inference.prompt.ToolTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code POST /api/generate}. Any thread. */
final class GenerateHandler {
    private final Preparation preparation;

    GenerateHandler(Preparation preparation) {
        this.preparation = preparation;
    }

    void handle(Exchange exchange) throws InterruptedException {
        answer(exchange, GenerateRequest.read(exchange.body()), new OllamaReplies(exchange));
    }

    /** Answers a request, whoever it came from. */
    void answer(Exchange exchange, GenerateRequest request, Replies replies) throws InterruptedException {
        Preparation.checkLogprobs(request.run());
        if (GoText.trimmed(request.model()).isEmpty()) {
            throw ApiException.notFound("model '" + request.model() + "' not found");
        }
        LocalModel model = preparation.model(request.model());
        if (request.prompt().isEmpty() && request.run().unloads()) {
            preparation.unload(model);
            replies.only(GenerateShape.empty(request.model(), "unload"));
            return;
        }
        boolean shaped = request.template() != null
                || request.system() != null
                || request.context() != null && request.context().length > 0;
        if (request.raw() && shaped) {
            throw ApiException.badRequest("raw mode does not support template, system, or context");
        }
        Think think = Preparation.think(model, request.model(), request.run().think());
        Preparation.checkCapabilities(
                model, request.model(), "generate", request.suffix().isEmpty() ? "" : "insert");
        var options = Preparation.options(model, request.run().options());
        try (LoadedModels.Lease lease =
                preparation.load(exchange, model, options, request.run().keepAlive())) {
            var job = new Job(exchange, replies, request.run(), options, lease);
            if (request.prompt().isEmpty()) {
                replies.only(GenerateShape.empty(request.model(), "load"));
            } else {
                PromptBuilder prompts = preparation.prompts(model, lease);
                job.answer(() -> answer(job, prompts, request, model, think));
            }
        }
    }

    private void answer(Job job, PromptBuilder prompts, GenerateRequest request, LocalModel model, Think think)
            throws InterruptedException {
        Preparation.refuseImages(model, !request.images().isEmpty());
        Prompt whole = request.raw() ? prompts.of(request.prompt()) : rendered(job, prompts, request, model, think);
        if (job.run().debugRenderOnly()) {
            job.replies().only(GenerateShape.rendered(request.model(), whole.text()));
            return;
        }
        Prompt prompt =
                prompts.cut(whole, job.keep(), job.run().truncate() && job.run().shift());
        boolean thinks = think != null && think.on() && !request.raw();
        var asked = new Job.Asked(prompt, thinks, false, request.raw());
        GenerateShape.Context context = request.raw()
                ? raw -> null
                : raw -> prompts.of(whole.text() + raw).tokens();
        job.answering(
                        new GenerateShape(request.model(), context),
                        request.raw()
                                ? AnswerParser.ofContent()
                                : AnswerParser.of(prompt.text(), prompts.tags(), thinks, ToolTypes.NONE))
                .run(
                        job.engine(),
                        job.request(prompts, asked),
                        prompt == whole ? job.keeping(prompts, asked) : (raw, tokens) -> {});
    }

    /** A chat of one turn, behind the tokens of an earlier exchange if there are any (specification 5.3). */
    private Prompt rendered(Job job, PromptBuilder prompts, GenerateRequest request, LocalModel model, Think think)
            throws InterruptedException {
        if (request.template() != null || !request.suffix().isEmpty()) {
            return direct(job, prompts, request, model, think);
        }
        var messages = new ArrayList<ChatMessage>();
        if (request.system() != null) {
            messages.add(ChatMessage.of("system", request.system()));
        }
        messages.add(ChatMessage.of("user", request.prompt()));
        if (request.context() == null) {
            return prompts.render(Preparation.messages(model, messages), List.of(), think);
        }
        Optional<String> system = request.system() == null ? model.text().system() : Optional.empty();
        system.ifPresent(text -> messages.addFirst(ChatMessage.of("system", text)));
        Prompt turn = prompts.render(messages, List.of(), think);
        return prompts.of(prompts.text(request.context()) + turn.text());
    }

    /** A Go template run over the request itself, as Ollama does for a request's own template or a suffix. */
    private Prompt direct(Job job, PromptBuilder prompts, GenerateRequest request, LocalModel model, Think think)
            throws InterruptedException {
        GoChatTemplate template = preparation.direct(model, job.lease(), request.template());
        String before = request.context() == null ? "" : prompts.text(request.context());
        if (!request.suffix().isEmpty()) {
            return prompts.of(before + template.fillIn(request.prompt(), request.suffix(), think));
        }
        var messages = new ArrayList<ChatMessage>();
        Optional.ofNullable(request.system())
                .or(() -> model.text().system())
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> messages.add(ChatMessage.of("system", text)));
        if (request.context() == null) {
            model.text().messages().forEach(stored -> messages.add(ChatMessage.of(stored.role(), stored.content())));
        }
        messages.add(ChatMessage.of("user", request.prompt()));
        return prompts.of(before + template.render(messages, List.of(), think));
    }
}
