package dev.llamero.inference.model;

import dev.llamero.inference.gotemplate.GoTemplateException;
import java.util.LinkedHashSet;
import java.util.List;

/** What a model can do, found as Ollama finds it (specification 15.4), with the prompt's template that is used here. */
final class Capabilities {
    private static final System.Logger LOG = System.getLogger(Capabilities.class.getName());

    private Capabilities() {}

    static List<String> of(LocalModel model) {
        // Whether it answers or embeds is seen in the weights alone, since that decides what runs it.
        var found = new LinkedHashSet<>(model.text().builtIns().details().capabilities());
        found.removeAll(List.of("completion", "embedding"));
        List<String> ofTemplate = ofTemplate(model);
        for (String capability : List.of("tools", "thinking")) {
            if (ofTemplate.contains(capability)) {
                found.add(capability);
            }
        }
        found.add(model.header().isEmbedding() ? "embedding" : "completion");
        if (model.projector() || model.header().hasBlocks("vision")) {
            found.add("vision");
        }
        if (model.header().hasBlocks("audio")) {
            found.add("audio");
        }
        if (ofTemplate.contains("insert")) {
            found.add("insert");
        }
        return List.copyOf(found);
    }

    private static List<String> ofTemplate(LocalModel model) {
        try {
            return model.goTemplate()
                    .map(TemplateChoice::capabilities)
                    .orElseGet(() -> TemplateChoice.capabilities(
                            model.header().chatTemplate().orElse("")));
        } catch (GoTemplateException e) {
            LOG.log(System.Logger.Level.WARNING, model.name().display() + ": " + e.getMessage());
            return List.of();
        }
    }
}
