package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.gotemplate.OllamaTemplate;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/** Templates parsed before. Any thread; bounded. */
public final class ChatTemplates {
    private static final int ENTRIES_MAX = 64;
    /** What llama.cpp takes for a model that has no template. */
    private static final String CHATML = "{%- for message in messages -%}"
            + "{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}"
            + "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}";

    private final Function<String, ChatTemplate.Renderer> parser;
    private final Map<Key, ChatTemplate> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ChatTemplate> eldest) {
            return size() > ENTRIES_MAX;
        }
    });

    /**
     * What makes a template.
     *
     * @param source Jinja, or empty
     * @param bosToken id of the begin-of-text token
     * @param eosToken id of the end-of-text token
     * @param addsBos whether tokenizing adds the begin-of-text token
     */
    public record Key(String source, OptionalLong bosToken, OptionalLong eosToken, boolean addsBos) {}

    /** @param parser template source to renderer */
    public ChatTemplates(Function<String, ChatTemplate.Renderer> parser) {
        this.parser = parser;
    }

    /** The template of a model with this vocabulary. */
    public ChatTemplate of(Key key, Tokenizer tokenizer) {
        ChatTemplate template = known.get(key);
        if (template == null) {
            String source = key.source().isEmpty() ? CHATML : key.source();
            template = new ChatTemplate(
                    parser.apply(source),
                    text(key.bosToken(), tokenizer),
                    text(key.eosToken(), tokenizer),
                    key.addsBos(),
                    AnswerTags.ofJinja(source));
            known.put(key, template);
        }
        return template;
    }

    /** A Go template for a model with this vocabulary. */
    public GoChatTemplate of(OllamaTemplate template, Key key, Tokenizer tokenizer) {
        return new GoChatTemplate(template, key.addsBos() ? text(key.bosToken(), tokenizer) : "");
    }

    private static String text(OptionalLong token, Tokenizer tokenizer) {
        return token.isPresent() && token.getAsLong() >= 0 && token.getAsLong() < tokenizer.vocabularySize()
                ? new String(tokenizer.bytes((int) token.getAsLong(), true), StandardCharsets.UTF_8)
                : "";
    }
}
