package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatRequest;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.api.Think;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.prompt.AnswerParser;
import dev.llamero.inference.prompt.Prompt;
import dev.llamero.inference.prompt.PromptBuilder;
import dev.llamero.inference.prompt.ToolTypes;

/** {@code POST /api/chat}. Any thread. */
final class ChatHandler {
    private final Preparation preparation;

    ChatHandler(Preparation preparation) {
        this.preparation = preparation;
    }

    void handle(Exchange exchange) throws InterruptedException {
        answer(exchange, ChatRequest.read(exchange.body()), new OllamaReplies(exchange));
    }

    /** Answers a request, whoever it came from. */
    void answer(Exchange exchange, ChatRequest request, Replies replies) throws InterruptedException {
        Preparation.checkLogprobs(request.run());
        if (GoText.trimmed(request.model()).isEmpty()) {
            throw ApiException.badRequest("model is required");
        }
        LocalModel model = preparation.model(request.model());
        var shape = new ChatShape(request.model());
        if (request.messages().isEmpty() && request.run().unloads()) {
            preparation.unload(model);
            replies.only(shape.empty("unload"));
            return;
        }
        Think think = Preparation.think(model, request.model(), request.run().think());
        Preparation.checkCapabilities(
                model, request.model(), "chat", request.tools().isEmpty() ? "" : "tools");
        var options = Preparation.options(model, request.run().options());
        try (LoadedModels.Lease lease =
                preparation.load(exchange, model, options, request.run().keepAlive())) {
            var job = new Job(exchange, replies, request.run(), options, lease);
            if (request.messages().isEmpty()) {
                replies.only(shape.empty("load"));
            } else {
                PromptBuilder prompts = preparation.prompts(model, lease);
                job.answer(() -> answer(job, prompts, request, model, think));
            }
        }
    }

    private static void answer(Job job, PromptBuilder prompts, ChatRequest request, LocalModel model, Think think)
            throws InterruptedException {
        Preparation.refuseImages(
                model,
                request.messages().stream()
                        .anyMatch(message -> !message.images().isEmpty()));
        var messages = Preparation.messages(model, request.messages());
        Prompt prompt = prompts.chat(messages, request.tools(), think, job.run().truncate());
        var shape = new ChatShape(request.model());
        if (job.run().debugRenderOnly()) {
            job.replies().only(shape.rendered(prompt.text()));
            return;
        }
        boolean thinks = think != null && think.on();
        var tools = ToolTypes.of(request.tools());
        var asked = new Job.Asked(prompt, thinks, !request.tools().isEmpty());
        job.answering(shape, AnswerParser.of(prompt.text(), prompts.tags(), thinks, tools))
                .run(job.engine(), job.request(prompts, asked), job.keeping(prompts, asked));
    }
}
