package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.ChatRequest;
import dev.llamero.inference.api.JsonText;
import dev.llamero.inference.api.Think;
import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.prompt.AnswerParser;
import dev.llamero.inference.prompt.PromptTemplate;
import dev.llamero.inference.prompt.ToolTypes;
import java.util.List;
import java.util.Map;

/**
 * Takes a made-up chat through the code that runs before and behind the engine, so that the first question after a
 * start does not wait until the JVM has loaded, linked and first compiled it. Keeps nothing. Meant for the time while a
 * model loads, which leaves a core to it; any thread.
 */
public final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

    /** Enough for the first of the JVM's two compilers. */
    private static final int ROUNDS = 200;

    private static final byte[] BODY = Texts.utf8(JsonText.of(Map.of(
            "model",
            "warm-up",
            "messages",
            List.of(
                    Map.of("role", "system", "content", "You are \u201chelpful\u201d."),
                    Map.of("role", "user", "content", "What is a llama?\nTell me in one sentence."),
                    Map.of("role", "assistant", "content", "A **domesticated** animal of the Andes."),
                    Map.of("role", "user", "content", "Thanks!")),
            "options",
            Map.of("temperature", 0, "num_predict", 4, "stop", List.of("\n\n")))));

    private WarmUp() {}

    /** Ends early if the thread is interrupted. */
    public static void chat(LocalModel model) {
        try {
            PromptTemplate template = Preparation.unbound(model);
            for (int round = 0; round < ROUNDS && !Thread.currentThread().isInterrupted(); round++) {
                chat(model, template);
            }
        } catch (ApiException | BadJsonException | GoTemplateException e) {
            // Whoever asks will be told; a template may also refuse this chat alone.
            LOG.log(System.Logger.Level.DEBUG, "the chat that warms up is refused", e);
        }
    }

    private static void chat(LocalModel model, PromptTemplate template) {
        ChatRequest request = ChatRequest.read(BODY);
        Preparation.options(model, request.run().options());
        Think think = Preparation.think(model, request.model(), null);
        String prompt = template.render(Preparation.messages(model, request.messages()), request.tools(), think);
        var parser = AnswerParser.of(prompt, template.tags(), think != null && think.on(), ToolTypes.NONE);
        var shape = new ChatShape(request.model());
        Texts.utf8(JsonText.of(shape.piece(parser.accept("A llama "), List.of())));
        Texts.utf8(JsonText.of(shape.piece(parser.finish(), List.of())));
    }
}
