package dev.llamero.inference.model;

import java.util.ArrayList;
import java.util.List;

/** What a model can do, found as Ollama finds it (specification 15.4), with the prompt's template that is used here. */
final class Capabilities {
    private Capabilities() {}

    static List<String> of(LocalModel model) {
        var found = new ArrayList<String>();
        String jinja = model.header().chatTemplate().orElse("");
        boolean ownTemplate = model.text().template().isPresent();
        String go = model.text().template().orElse("");
        boolean thinks = ownTemplate ? go.contains(".Thinking") || go.contains("<think>") : thinks(jinja);
        if (ownTemplate ? go.contains(".Tools") : jinja.contains("tools") || jinja.contains("tool_call")) {
            found.add("tools");
        }
        if (thinks) {
            found.add("thinking");
        }
        found.add(model.header().isEmbedding() ? "embedding" : "completion");
        if (model.projector() || model.header().hasBlocks("vision")) {
            found.add("vision");
        }
        if (model.header().hasBlocks("audio")) {
            found.add("audio");
        }
        if (go.contains(".Suffix")) {
            found.add("insert");
        }
        return List.copyOf(found);
    }

    private static boolean thinks(String jinja) {
        boolean bothTags = jinja.contains("<think>") && jinja.contains("</think>");
        boolean splits = jinja.contains("split('</think>')") || jinja.contains("split(\"</think>\")");
        return bothTags || splits && !jinja.contains("reasoning_content");
    }
}
