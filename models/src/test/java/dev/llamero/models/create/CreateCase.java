package dev.llamero.models.create;

import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What tests of creating share. */
final class CreateCase {
    private CreateCase() {}

    static ModelName name(String text) {
        return ModelName.parse(text).orElseThrow();
    }

    static CreateRequest fromFiles(String name, Map<String, String> files) {
        return request(name, Optional.empty(), Optional.of(files), "", Map.of());
    }

    static CreateRequest from(String name, String base, String system, Map<String, Object> parameters) {
        return request(name, Optional.of(name(base)), Optional.empty(), system, parameters);
    }

    private static CreateRequest request(
            String name,
            Optional<ModelName> from,
            Optional<Map<String, String>> files,
            String system,
            Map<String, Object> parameters) {
        return new CreateRequest(
                name(name),
                from,
                files,
                Optional.empty(),
                "",
                system,
                List.of(),
                parameters,
                List.of(),
                "",
                "",
                "",
                "",
                Map.of());
    }

    static ModelCreator creator(StoreFolder store, GgufRewriter rewriter) {
        return new ModelCreator(store, rewriter, template -> Optional.empty(), new NoBases(), true);
    }

    /** No model comes from elsewhere. */
    private static final class NoBases implements BaseModels {
        @Override
        public Optional<Path> file(ModelName name) {
            return Optional.empty();
        }

        @Override
        public void pull(ModelName name, Progress progress) throws IOException {
            throw new CreateException(500, name.display() + " is not there");
        }
    }
}
