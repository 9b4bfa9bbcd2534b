package dev.llamero.inference.model;

import dev.llamero.inference.gotemplate.OllamaTemplate;
import dev.llamero.models.store.ModelName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A model on disk, ready to be listed, shown or loaded. Immutable.
 *
 * @param name its full name
 * @param weights the GGUF file
 * @param projector whether there is a projector layer beside the weights
 * @param size bytes of all its files
 * @param digest gives 64 hex digits; for a loose file it may still be counted, and is then a stand-in
 * @param modified time of the manifest or file
 * @param parent name of the model it was made from; "" if none
 * @param text what the store says besides the weights
 * @param header what the GGUF file says
 */
public record LocalModel(
        ModelName name,
        Path weights,
        boolean projector,
        long size,
        Supplier<String> digest,
        Instant modified,
        String parent,
        Layers text,
        ModelHeader header) {

    /**
     * Text layers of a store's model; all empty for a loose file.
     *
     * @param template Go template
     * @param goTemplate whether that template makes the prompts; empty for whichever template offers more
     * @param parameters stored options
     * @param messages role and content of each stored message
     * @param adapters LoRA adapters that the model answers with
     * @param projectors what makes images and sounds readable to it
     * @param builtIns what its config says of prompts and answers
     */
    public record Layers(
            Optional<String> template,
            Optional<Boolean> goTemplate,
            Optional<String> system,
            Map<String, Object> parameters,
            List<Message> messages,
            List<String> licenses,
            List<Path> adapters,
            List<Path> projectors,
            BuiltIns builtIns) {
        static final Layers NONE = new Layers(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                BuiltIns.NONE);
    }

    /**
     * Names of Ollama's built-in prompt renderer and answer parser, and the oldest version; each "" if none.
     *
     * @param details what lists show in place of what the weights say
     */
    public record BuiltIns(String renderer, String parser, String requires, Details details) {
        static final BuiltIns NONE = new BuiltIns("", "", "", Details.NONE);
    }

    /**
     * What a model's config says of its weights; what it leaves out is "" or an empty list.
     *
     * @param capabilities beside those that are found
     */
    public record Details(
            String format,
            String family,
            List<String> families,
            String parameterSize,
            String quantization,
            List<String> capabilities) {
        static final Details NONE = new Details("", "", List.of(), "", "", List.of());

        /** The same with the weights' own words where the config has none. */
        public Details or(ModelHeader header) {
            boolean unknown = quantization.isEmpty() || quantization.equalsIgnoreCase("unknown");
            return new Details(
                    format.isEmpty() ? "gguf" : format,
                    family.isEmpty() ? header.architecture() : family,
                    families.isEmpty() ? List.of(header.architecture()) : families,
                    parameterSize.isEmpty() ? header.parameterSize() : parameterSize,
                    unknown ? header.quantization() : quantization,
                    capabilities);
        }
    }

    /** What makes a loaded model another one: models with equal keys share it. */
    record Key(Path weights, List<Path> adapters) {}

    Key key() {
        return new Key(weights, text.adapters());
    }

    /** A stored message. */
    public record Message(String role, String content) {}

    /**
     * The Go template that makes the model's prompts (specification 6.4); empty if the Jinja template in its file does.
     *
     * @throws dev.llamero.inference.gotemplate.GoTemplateException if it has one that is not valid
     */
    public Optional<OllamaTemplate> goTemplate() {
        return TemplateChoice.goTemplate(this);
    }

    /** What the model can do, in Ollama's words (specification 15.4). */
    public List<String> capabilities() {
        return Capabilities.of(this);
    }

    public boolean can(String capability) {
        return capabilities().contains(capability);
    }
}
