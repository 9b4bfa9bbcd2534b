package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.api.Think;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Messages to tokens within a context (specification 9.6). One per request.
 *
 * <p>How many old messages must go is found by halving, so a long history is rendered a dozen times, not once per
 * message.
 */
public final class PromptBuilder {
    private final PromptTemplate template;
    private final Tokenizer tokenizer;
    private final TokenizingPool pool;
    private final PromptMemory memory;
    private final int contextTokens;

    /**
     * For the prompts of one request.
     *
     * @param memory earlier conversations
     * @param contextTokens context of the conversation; a prompt must leave room for one token of the answer
     */
    public PromptBuilder(
            PromptTemplate template, Tokenizer tokenizer, TokenizingPool pool, PromptMemory memory, int contextTokens) {
        this.template = template;
        this.tokenizer = tokenizer;
        this.pool = pool;
        this.memory = memory;
        this.contextTokens = contextTokens;
    }

    /**
     * The prompt of a chat; drops the oldest messages until it fits. System messages and the last message stay.
     *
     * @param truncate whether messages may be dropped
     * @throws EngineException.PromptTooLong if it does not fit
     */
    public Prompt chat(List<ChatMessage> messages, List<Map<String, Object>> tools, Think think, boolean truncate)
            throws InterruptedException {
        Prompt whole = render(messages, tools, think);
        if (fits(whole)) {
            return whole;
        }
        if (truncate) {
            Prompt best = null;
            int low = 1;
            int high = messages.size() - 1;
            while (low <= high) {
                int dropped = (low + high) >>> 1;
                Prompt shorter = render(without(messages, dropped), tools, think);
                if (fits(shorter)) {
                    best = shorter;
                    high = dropped - 1;
                } else {
                    low = dropped + 1;
                }
            }
            if (best != null) {
                return best;
            }
        }
        throw new EngineException.PromptTooLong(whole.tokens().length, contextTokens);
    }

    private static List<ChatMessage> without(List<ChatMessage> messages, int dropped) {
        var kept = new ArrayList<ChatMessage>();
        for (int i = 0; i < messages.size(); i++) {
            if (i >= dropped || messages.get(i).role().equals("system")) {
                kept.add(messages.get(i));
            }
        }
        return kept;
    }

    /** The prompt of these messages, however long. */
    public Prompt render(List<ChatMessage> messages, List<Map<String, Object>> tools, Think think)
            throws InterruptedException {
        return of(template.render(messages, tools, think));
    }

    /** How answers to its prompts mark thinking and tool calls. */
    public AnswerTags tags() {
        return template.tags();
    }

    /** A text as it is. */
    public Prompt of(String text) throws InterruptedException {
        Optional<PromptMemory.Known> known = memory.beginning(tokenizer, text, pool.specials(tokenizer));
        if (known.isEmpty()) {
            return new Prompt(text, pool.encode(tokenizer, text));
        }
        int[] rest =
                pool.encodeRest(tokenizer, text.substring(known.get().text().length()));
        return new Prompt(text, TokenizingPool.joined(List.of(known.get().tokens(), rest)));
    }

    /**
     * Keeps an answer for the next turn, if its text is exactly what its tokens say.
     *
     * @param answer its text as the model wrote it
     * @param shown control tokens that are in the text
     */
    public void remember(Prompt prompt, String answer, int[] answerTokens, Set<Integer> shown) {
        var bytes = new ByteArrayOutputStream();
        for (int token : answerTokens) {
            bytes.writeBytes(tokenizer.bytes(token, shown.contains(token)));
        }
        if (answerTokens.length > 0 && bytes.toString(StandardCharsets.UTF_8).equals(answer)) {
            memory.remember(
                    tokenizer, prompt.text() + answer, TokenizingPool.joined(List.of(prompt.tokens(), answerTokens)));
        }
    }

    /** Control tokens of this vocabulary whose texts must be seen in answers. */
    public Set<Integer> shown(boolean thinking, boolean tools) {
        SpecialTexts specials = pool.specials(tokenizer);
        return tags().shown(thinking, tools).stream()
                .flatMap(text -> specials.token(text).stream())
                .filter(token -> !tokenizer.endsGeneration(token))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The text that tokens stand for, control tokens included. */
    public String text(int[] tokens) {
        var bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            if (token < 0 || token >= tokenizer.vocabularySize()) {
                throw ApiException.badRequest("context holds " + token + ", which is no token of this model");
            }
            bytes.writeBytes(tokenizer.bytes(token, true));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private boolean fits(Prompt prompt) {
        return prompt.tokens().length < contextTokens;
    }

    /**
     * Cuts the middle out of a prompt that is too long: the front that a context shift keeps, and the end, so that
     * about half of the context is left for the answer.
     *
     * @param keep tokens at the front that stay
     * @param allowed whether it may be cut
     * @throws EngineException.PromptTooLong if it does not fit and may not be cut
     */
    public Prompt cut(Prompt prompt, int keep, boolean allowed) {
        int[] tokens = prompt.tokens();
        if (fits(prompt)) {
            return prompt;
        }
        if (!allowed) {
            throw new EngineException.PromptTooLong(tokens.length, contextTokens);
        }
        int front = Math.clamp(keep, 0, contextTokens - 2);
        int length = contextTokens - Math.max((contextTokens - front) / 2, 1);
        int[] cut = new int[length];
        System.arraycopy(tokens, 0, cut, 0, front);
        System.arraycopy(tokens, tokens.length - (length - front), cut, front, length - front);
        return new Prompt(prompt.text(), cut);
    }
}
