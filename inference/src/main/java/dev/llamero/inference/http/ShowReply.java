package dev.llamero.inference.http;

import dev.llamero.inference.api.ShowRequest;
import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelHeader;
import dev.llamero.models.GgufTensor;
import dev.llamero.models.modelfile.Modelfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The reply of {@code /api/show} (specification 15.3). One per request. */
final class ShowReply {
    private static final String DEFAULT_TEMPLATE = "{{ .Prompt }}";
    private static final int PARAMETER_COLUMNS = 30;
    private static final Pattern BLOCK = Pattern.compile("^blk\\.(\\d{1,6})\\.");

    private final LocalModel model;
    private final ShowRequest request;
    private final boolean copilot;
    private final String system;
    private final Map<String, Object> parameters;

    /** @param copilot whether GitHub's chat asks, which shows {@code general.basename} as the model's name */
    ShowReply(LocalModel model, ShowRequest request, boolean copilot) {
        this.model = model;
        this.request = request;
        this.copilot = copilot;
        this.system = request.system() != null
                ? request.system()
                : model.text().system().orElse("");
        this.parameters = new TreeMap<>(model.text().parameters());
        this.parameters.putAll(request.options());
    }

    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        putText(object, "license", String.join("\n", model.text().licenses()));
        object.put("modelfile", modelfile());
        putText(object, "parameters", parameterLines());
        object.put("template", template());
        putText(object, "system", system);
        object.put("details", ModelsHandler.details(model, model.parent()));
        if (!model.text().messages().isEmpty()) {
            object.put(
                    "messages",
                    model.text().messages().stream().map(ShowReply::message).toList());
        }
        object.put("model_info", info());
        if (!model.text().projectors().isEmpty()) {
            object.put("projector_info", projectorInfo());
        }
        object.put("tensors", tensors());
        object.put("capabilities", model.capabilities());
        object.put("modified_at", Texts.local(model.modified()));
        putText(object, "requires", model.text().builtIns().requires());
        return object;
    }

    private static void putText(Map<String, Object> object, String key, String text) {
        if (!text.isEmpty()) {
            object.put(key, text);
        }
    }

    private Map<String, Object> info() {
        try {
            Map<String, Object> info = request.verbose()
                    ? ModelHeader.verboseModelInfo(model.weights())
                    : model.header().modelInfo();
            if (copilot) {
                info.put("general.basename", request.model());
            }
            return info;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + model.name().display(), e);
        }
    }

    private Map<String, Object> projectorInfo() {
        try {
            return ModelHeader.info(model.text().projectors().getFirst(), request.verbose());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the projector of " + model.name().display(), e);
        }
    }

    /**
     * The one that makes the prompts, if it is valid; with a built-in of Ollama's, the Jinja template does not count.
     */
    private String template() {
        Optional<String> go = model.text().template();
        LocalModel.BuiltIns builtIns = model.text().builtIns();
        if (!builtIns.renderer().isEmpty() || !builtIns.parser().isEmpty()) {
            return go.orElse(DEFAULT_TEMPLATE);
        }
        Optional<String> jinja = model.header().chatTemplate();
        try {
            return (model.goTemplate().isPresent() ? go : jinja.or(() -> go)).orElse(DEFAULT_TEMPLATE);
        } catch (GoTemplateException e) {
            return go.orElse(DEFAULT_TEMPLATE);
        }
    }

    private static Map<String, Object> message(LocalModel.Message message) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("role", message.role());
        object.put("content", message.content());
        return object;
    }

    /** In Ollama's order: what belongs to no block first, then block by block, by name within. */
    private List<Map<String, Object>> tensors() {
        return model.header().tensors().stream()
                .sorted(Comparator.comparingInt((GgufTensor tensor) -> block(tensor.name()))
                        .thenComparing(GgufTensor::name))
                .map(ShowReply::tensor)
                .toList();
    }

    private static int block(String name) {
        var matcher = BLOCK.matcher(name);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    private static Map<String, Object> tensor(GgufTensor tensor) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", tensor.name());
        object.put("type", tensor.type().name());
        object.put("shape", tensor.dimensions());
        return object;
    }

    /** Those that the model has stored. */
    private String parameterLines() {
        var lines = new ArrayList<String>();
        new TreeMap<>(model.text().parameters())
                .forEach((key, value) -> items(value)
                        .forEach(item -> lines.add(
                                ("%-" + PARAMETER_COLUMNS + "s %s").formatted(key, ShownValue.literal(item)))));
        return String.join("\n", lines);
    }

    private static List<?> items(Object value) {
        return value instanceof List<?> list ? list : Collections.singletonList(value);
    }

    private String modelfile() {
        var text = model.text();
        var commands = new ArrayList<Modelfile.Command>();
        add(commands, Modelfile.Command.MODEL, model.weights().toString());
        text.adapters().forEach(adapter -> add(commands, "adapter", adapter.toString()));
        text.projectors().forEach(projector -> add(commands, Modelfile.Command.MODEL, projector.toString()));
        add(commands, "template", text.template().orElse(DEFAULT_TEMPLATE));
        addText(commands, "system", system);
        addText(commands, "renderer", text.builtIns().renderer());
        addText(commands, "parser", text.builtIns().parser());
        parameters.forEach((key, value) -> items(value).forEach(item -> add(commands, key, ShownValue.plain(item))));
        text.licenses().forEach(license -> add(commands, "license", license));
        text.messages()
                .forEach(
                        message -> add(commands, Modelfile.Command.MESSAGE, message.role() + ": " + message.content()));
        return "# Modelfile generated by \"ollama show\"\n"
                + "# To build a new Modelfile based on this, replace FROM with:\n"
                + "# FROM "
                + model.name().display() + "\n\n" + new Modelfile(commands);
    }

    private static void add(List<Modelfile.Command> commands, String name, String arguments) {
        commands.add(new Modelfile.Command(name, arguments));
    }

    private static void addText(List<Modelfile.Command> commands, String name, String arguments) {
        if (!arguments.isEmpty()) {
            add(commands, name, arguments);
        }
    }
}
