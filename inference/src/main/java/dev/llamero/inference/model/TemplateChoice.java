package dev.llamero.inference.model;

import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.gotemplate.OllamaTemplate;
import dev.llamero.inference.prompt.AnswerTags;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which of a model's two templates makes its prompts (specification 6.4): the Go template of its store, unless the
 * Jinja template in its file offers more. Any thread.
 */
final class TemplateChoice {
    private static final int PARSED_MAX = 64;
    /** Parsed templates by source; bounded. */
    private static final Map<String, OllamaTemplate> PARSED =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, OllamaTemplate> eldest) {
                    return size() > PARSED_MAX;
                }
            });

    private TemplateChoice() {}

    /**
     * The Go template that makes the model's prompts; empty if its Jinja template does.
     *
     * @throws GoTemplateException if it has one that is not valid
     */
    static Optional<OllamaTemplate> goTemplate(LocalModel model) {
        Optional<Boolean> forced = model.text().goTemplate();
        if (model.text().template().isEmpty() || forced.filter(go -> !go).isPresent()) {
            return Optional.empty();
        }
        String jinja = model.header().chatTemplate().orElse("");
        OllamaTemplate go = parsed(model.text().template().get());
        boolean chooses = forced.isEmpty() && !jinja.isEmpty();
        return chooses && offersMore(jinja, go) ? Optional.empty() : Optional.of(go);
    }

    private static OllamaTemplate parsed(String source) {
        OllamaTemplate known = PARSED.get(source);
        if (known == null) {
            known = OllamaTemplate.parse(source);
            PARSED.put(source, known);
        }
        return known;
    }

    /** What a Go template adds to a model's capabilities. */
    static List<String> capabilities(OllamaTemplate go) {
        var found = new ArrayList<String>();
        if (go.usesTools()) {
            found.add("tools");
        }
        if (go.usesSuffix()) {
            found.add("insert");
        }
        if (go.usesThinking() || AnswerTags.marksThinking(go.source())) {
            found.add("thinking");
        }
        return found;
    }

    /** What a Jinja template adds to a model's capabilities. */
    static List<String> capabilities(String jinja) {
        var found = new ArrayList<String>();
        if (showsTools(jinja)) {
            found.add("tools");
        }
        boolean bothTags = jinja.contains("<think>") && jinja.contains("</think>");
        boolean splits = jinja.contains("content.split('</think>')") || jinja.contains("content.split(\"</think>\")");
        boolean reasons = jinja.contains("reasoning_content") || jinja.contains("<SPECIAL_12>");
        if (bothTags || splits && !reasons || AnswerTags.marksThinking(jinja)) {
            found.add("thinking");
        }
        return found;
    }

    private static boolean offersMore(String jinja, OllamaTemplate go) {
        List<String> ofJinja = capabilities(jinja);
        List<String> ofGo = capabilities(go);
        if (ofJinja.size() > ofGo.size()) {
            return !go.showsToolRoundTrip() || showsToolRoundTrip(jinja);
        }
        boolean same = ofJinja.size() == ofGo.size() && ofGo.containsAll(ofJinja);
        return same && ofGo.contains("tools") && showsToolRoundTrip(jinja) && !go.showsToolRoundTrip();
    }

    private static boolean showsTools(String jinja) {
        return jinja.contains("tools") || jinja.contains("tool_call");
    }

    /** Whether it shows calls and their results as well. */
    private static boolean showsToolRoundTrip(String jinja) {
        boolean calls = jinja.contains("tool_calls") || jinja.contains("assistant_tool_call");
        return showsTools(jinja)
                && calls
                && Stream.of(
                                "tool_response",
                                "tool_results",
                                "role'] == 'tool'",
                                "role'] == \"tool\"",
                                "role\"] == 'tool'",
                                "role\"] == \"tool\"",
                                "message.role == 'tool'",
                                "message.role == \"tool\"",
                                "ipython")
                        .anyMatch(jinja::contains);
    }
}
