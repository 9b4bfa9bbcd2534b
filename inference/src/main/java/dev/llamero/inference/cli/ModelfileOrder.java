package dev.llamero.inference.cli;

import dev.llamero.models.modelfile.Modelfile;
import dev.llamero.models.store.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a Modelfile asks the server for: the body of {@code /api/create}, and the files to upload. For one use. */
final class ModelfileOrder {
    private static final Set<String> DEPRECATED = Set.of(
            "penalize_newline",
            "low_vram",
            "f16_kv",
            "logits_all",
            "vocab_only",
            "use_mlock",
            "mirostat",
            "mirostat_tau",
            "mirostat_eta");
    private static final Pattern VERSION =
            Pattern.compile("v?(0|[1-9]\\d*)(\\.(0|[1-9]\\d*)){0,2}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");
    private static final String SAFETENSORS = " holds a model in safetensors, which cannot be created here: convert it"
            + " with llama.cpp's convert_hf_to_gguf.py, and write FROM and the GGUF file";
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path folder;
    private final Path home;
    private final Map<String, Object> body = new LinkedHashMap<>();
    private final Map<String, Object> parameters = new TreeMap<>();
    private final List<Map<String, String>> messages = new ArrayList<>();
    private final List<String> licenses = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<Path> models = new ArrayList<>();
    private List<Path> adapters = List.of();
    private final Map<Digest, Path> uploads = new LinkedHashMap<>();

    /**
     * Reads the commands, and the files that they name.
     *
     * @param folder of the Modelfile, to which its paths are relative
     * @param home what {@code ~} stands for
     */
    ModelfileOrder(Modelfile modelfile, Path folder, Path home) throws IOException {
        this.folder = folder;
        this.home = home;
        for (Modelfile.Command command : modelfile.commands()) {
            add(command);
        }
        if (!models.isEmpty()) {
            body.put("files", digests(models));
        }
        if (!adapters.isEmpty()) {
            body.put("adapters", digests(adapters));
        }
        put("parameters", parameters, parameters.isEmpty());
        put("messages", messages, messages.isEmpty());
        put("license", licenses, licenses.isEmpty());
    }

    private void put(String key, Object value, boolean empty) {
        if (!empty) {
            body.put(key, value);
        }
    }

    /** The body, but for the new model's name. */
    Map<String, Object> body() {
        return body;
    }

    /** The files whose blobs the server needs. */
    Map<Digest, Path> uploads() {
        return uploads;
    }

    /** What the user should know. */
    List<String> warnings() {
        return warnings;
    }

    private void add(Modelfile.Command command) throws IOException {
        String text = command.arguments();
        switch (command.name()) {
            case Modelfile.Command.MODEL -> addModel(text);
            case "adapter" -> adapters = files(existing(text, "ADAPTER"));
            case "draft" ->
                throw new UsageException(
                        "DRAFT is not supported; name an installed model with PARAMETER draft_model instead");
            case "template", "system", "renderer", "parser" -> body.put(command.name(), text);
            case "license" -> licenses.add(text);
            case "requires" -> {
                if (!VERSION.matcher(text).matches()) {
                    throw new UsageException("requires must be a valid semver (e.g. 0.14.0)");
                }
                body.put("requires", text.startsWith("v") ? text.substring(1) : text);
            }
            case Modelfile.Command.MESSAGE -> messages.add(Map.of("role", command.role(), "content", command.text()));
            default -> addParameter(command.name(), text);
        }
    }

    private void addModel(String text) throws IOException {
        Path path = path(text);
        if (Files.exists(path)) {
            models.addAll(files(path));
        } else {
            body.put("from", text);
        }
    }

    private Path existing(String text, String command) {
        Path path = path(text);
        if (!Files.exists(path)) {
            throw new UsageException(command + " " + text + ": there is no file " + path);
        }
        return path;
    }

    private Path path(String text) {
        if (text.equals("~") || text.startsWith("~/")) {
            return home.resolve(text.substring(Math.min(2, text.length())));
        }
        try {
            return folder.resolve(text).toAbsolutePath().normalize();
        } catch (java.nio.file.InvalidPathException e) {
            throw new UsageException("not a path: " + text);
        }
    }

    /** The file, or the model files of a folder. */
    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            List<Path> all = entries.filter(Files::isRegularFile).sorted().toList();
            if (all.stream().anyMatch(file -> file.toString().endsWith(".safetensors"))) {
                throw new UsageException(path + SAFETENSORS);
            }
            List<Path> found = all.stream()
                    .filter(file -> file.toString().endsWith(".gguf"))
                    .toList();
            if (found.isEmpty()) {
                throw new UsageException("no GGUF files found in " + path);
            }
            return found;
        }
    }

    private void addParameter(String name, String value) {
        if (DEPRECATED.contains(name)) {
            warnings.add("warning: parameter " + name + " is deprecated");
            return;
        }
        Object parsed = OptionValues.parse(name, List.of(value));
        if (parsed instanceof List<?> list) {
            var all = new ArrayList<Object>(parameters.get(name) instanceof List<?> before ? before : List.of());
            all.addAll(list);
            parameters.put(name, all);
        } else {
            parameters.put(name, parsed);
        }
    }

    /** Names and digests; the names are relative to the files' common folder, so that parts of a model can be told. */
    private Map<String, String> digests(List<Path> files) throws IOException {
        Path root = files.getFirst().getParent();
        for (Path file : files) {
            while (!file.startsWith(root)) {
                root = root.getParent();
            }
        }
        Map<String, String> digests = new TreeMap<>();
        for (Path file : files) {
            Digest digest = digest(file);
            uploads.put(digest, file);
            digests.put(root.relativize(file).toString().replace('\\', '/'), digest.toString());
        }
        return digests;
    }

    private static Digest digest(Path file) throws IOException {
        MessageDigest algorithm = Digest.algorithm();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                algorithm.update(buffer, 0, read);
            }
        }
        return Digest.finish(algorithm);
    }
}
