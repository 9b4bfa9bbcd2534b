package dev.llamero.inference.doctor;

import dev.llamero.inference.ServerPlan;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Ollama store: rights, manifests, blobs, partial downloads and room. */
final class StoreCheck {
    private static final long ROOM_MIN = 2L << 30;
    private static final String AREA = "store";

    private StoreCheck() {}

    static List<Finding> check(ServerPlan plan) {
        return plan.store()
                .map(StoreCheck::check)
                .orElse(List.of(Finding.note(AREA, "LLAMERO_MODEL is set: only that is served, no store", "")));
    }

    static List<Finding> check(Path root) {
        var findings = new ArrayList<Finding>();
        Path there = root.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            return List.of(Finding.broken(AREA, there + " is no folder", "move it away or set OLLAMA_MODELS"));
        }
        if (!Files.isReadable(there) || !Files.isExecutable(there)) {
            return List.of(Finding.broken(
                    AREA,
                    there + " cannot be read by this user",
                    "chown -R \"$USER\" " + there + ", or run as its owner"));
        }
        writable(root, there, findings);
        room(there, findings);
        if (Files.isDirectory(root)) {
            models(root, findings);
            partials(root.resolve("blobs"), findings);
        } else {
            findings.add(Finding.ok(AREA, "no store at " + root + " yet: the first pull or create makes it"));
        }
        return findings;
    }

    private static void writable(Path root, Path there, List<Finding> findings) {
        for (Path folder : List.of(there, root.resolve("blobs"), root.resolve("manifests"))) {
            if (Files.exists(folder) && !Files.isWritable(folder)) {
                findings.add(Finding.broken(
                        AREA,
                        folder + " cannot be written by this user: pull, create, cp and rm fail",
                        "chown -R \"$USER\" " + there + ", or set OLLAMA_MODELS to a folder of your own"));
                return;
            }
        }
    }

    private static void room(Path there, List<Finding> findings) {
        try {
            findings.add(room(there, Files.getFileStore(there).getUsableSpace()));
        } catch (IOException e) {
            findings.add(Finding.note(AREA, "the room at " + there + " is unknown: " + e.getMessage(), ""));
        }
    }

    static Finding room(Path there, long free) {
        return free < ROOM_MIN
                ? Finding.note(
                        AREA,
                        "only " + Sizes.text(free) + " are free at " + there,
                        "remove models with `llamero rm`, or set OLLAMA_MODELS to a larger disk")
                : Finding.ok(AREA, Sizes.text(free) + " are free at " + there);
    }

    private static void models(Path root, List<Finding> findings) {
        var store = new StoreFolder(root);
        int good = 0;
        for (ModelName name : store.manifests().names()) {
            try {
                Manifest manifest = store.manifests().read(name).manifest();
                List<String> wrong = wrongBlobs(store, manifest);
                if (wrong.isEmpty()) {
                    good++;
                } else {
                    findings.add(Finding.broken(AREA, name.display() + ": " + String.join(", ", wrong), again(name)));
                }
            } catch (IOException e) {
                findings.add(Finding.broken(
                        AREA, "the manifest of " + name.display() + " is broken: " + e.getMessage(), again(name)));
            }
        }
        findings.add(Finding.ok(AREA, good + (good == 1 ? " model" : " models") + " whole in " + root));
    }

    private static String again(ModelName name) {
        return "`llamero pull " + name.display() + "` fetches what is missing, `llamero rm " + name.display()
                + "` removes it";
    }

    private static List<String> wrongBlobs(StoreFolder store, Manifest manifest) throws IOException {
        var wrong = new ArrayList<String>();
        var layers = new ArrayList<>(manifest.layers());
        layers.add(manifest.config());
        for (Layer layer : layers) {
            Digest digest = layer.digest();
            if (!store.blobs().has(digest)) {
                wrong.add("blob " + digest.shortHex() + " is missing");
            } else if (!Files.isReadable(store.blobs().path(digest))) {
                wrong.add("blob " + digest.shortHex() + " cannot be read by this user");
            } else if (store.blobs().size(digest) != layer.size()) {
                wrong.add("blob " + digest.shortHex() + " has " + store.blobs().size(digest) + " bytes instead of "
                        + layer.size());
            }
        }
        return wrong;
    }

    private static void partials(Path blobs, List<Finding> findings) {
        if (!Files.isReadable(blobs)) {
            return;
        }
        try (Stream<Path> files = Files.list(blobs)) {
            List<Path> partial = files.filter(
                            file -> file.getFileName().toString().contains("-partial"))
                    .toList();
            long downloads = partial.stream()
                    .map(file -> file.getFileName().toString().replaceAll("-partial.*", ""))
                    .distinct()
                    .count();
            if (downloads > 0) {
                findings.add(Finding.note(
                        AREA,
                        downloads + (downloads == 1 ? " download" : " downloads") + " unfinished in " + blobs,
                        "pull the model again to go on; else the server removes them at a start an hour later"));
            }
        } catch (IOException e) {
            findings.add(Finding.broken(AREA, "cannot list " + blobs + ": " + e.getMessage(), "check its rights"));
        }
    }
}
