package dev.llamero.proxy.http;

import dev.llamero.dialects.ModelCall;
import dev.llamero.dialects.PromptSize;
import dev.llamero.proxy.callers.Caller;
import dev.llamero.proxy.callers.Spending;
import java.util.Optional;
import java.util.function.Consumer;

/** What a call may cost its caller is put aside before a model server sees it. Stateless. */
final class Reservation {
    private Reservation() {}

    /**
     * Does the work with its cost put aside, and settles it at the end. Of a caller without a key nothing is put aside.
     *
     * @throws Refusal if the key may not use the model
     */
    static void run(Exchange exchange, ModelCall call, Consumer<Spending> work) {
        try (Spending spending = of(exchange, call)) {
            try {
                work.accept(spending);
            } catch (RuntimeException e) {
                if (exchange.facts().isEndedBy(CallFacts.End.CLIENT)
                        && exchange.facts().upstream().isPresent()) {
                    // Else a caller that leaves in prefill, again and again, would use the model for nothing.
                    spending.abandon();
                }
                throw e;
            }
        }
    }

    private static Spending of(Exchange exchange, ModelCall call) {
        Optional<Caller> caller = exchange.facts().caller();
        if (caller.isEmpty()) {
            return Spending.FREE;
        }
        if (!caller.get().key().mayUse(call.model())) {
            throw new Refusal(
                    403,
                    "model_not_allowed",
                    "this API key may not use the model '" + call.model() + "', but "
                            + String.join(", ", caller.get().key().models()));
        }
        PromptSize prompt = PromptSize.of(call);
        return caller.get().account().spend(prompt.guess(), prompt.max(), call.tokensMax());
    }

    /** The call with its answer no longer than the caller's budget: the model server counts best. */
    static ModelCall within(Spending spending, ModelCall call) {
        return spending.ceiling() == Long.MAX_VALUE ? call : call.withTokensMax(spending.ceiling());
    }
}
