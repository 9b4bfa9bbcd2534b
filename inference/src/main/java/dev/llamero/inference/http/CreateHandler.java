package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.CreateBody;
import dev.llamero.inference.api.ModelOptions;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.model.StoreAccess;
import dev.llamero.models.create.CreateException;
import dev.llamero.models.create.CreateRequest;
import dev.llamero.models.store.ModelName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /api/create} (specification 17.4). Any thread. */
final class CreateHandler {
    private static final Set<String> NO_SEGMENTS = Set.of("", ".", "..");

    private final StoreHandler store;

    CreateHandler(StoreHandler store) {
        this.store = store;
    }

    void create(Exchange exchange) throws InterruptedException {
        CreateBody body = CreateBody.read(exchange.body());
        checkFiles(body.files().orElse(Map.of()), true);
        checkFiles(body.draftFiles().orElse(Map.of()), true);
        if (!body.draftQuantize().isEmpty()
                && body.draftFiles().orElse(Map.of()).isEmpty()) {
            throw ApiException.badRequest("--draft-quantize requires a DRAFT model");
        }
        checkFiles(body.adapters().orElse(Map.of()), false);
        ModelName given =
                ModelName.parse(body.model()).orElseThrow(() -> ApiException.badRequest("invalid model name"));
        StoreAccess access = store.access();
        ModelName name = access.folder().manifests().spelling(given);
        ProgressReply.run(exchange, body.stream(), progress -> access.creator().create(request(name, body), progress));
    }

    private static void checkFiles(Map<String, String> files, boolean relative) {
        files.forEach((name, digest) -> {
            if (relative
                    && !name.equals(".")
                    && Arrays.stream(name.split("/", -1)).anyMatch(NO_SEGMENTS::contains)) {
                throw ApiException.badRequest("file path must be relative");
            }
            if (digest.isEmpty()) {
                throw ApiException.badRequest("invalid digest format");
            }
        });
    }

    private static void checkUnsupported(CreateBody body) throws CreateException {
        if (body.draftFiles().isPresent()) {
            throw new CreateException(400, "draft_files: draft models are not supported; leave DRAFT out");
        }
        if (!body.remoteHost().isEmpty()) {
            throw new CreateException(400, "remote_host: models that run elsewhere are not supported");
        }
    }

    /** A value of a wrong type would make every later request fail, so it is refused here, which Ollama does not do. */
    private static void checkParameters(Map<String, Object> parameters) throws CreateException {
        try {
            ModelOptions.merge(parameters);
        } catch (ApiException e) {
            throw new CreateException(400, "parameters: " + e.getMessage());
        }
    }

    private static CreateRequest request(ModelName name, CreateBody body) throws CreateException {
        checkUnsupported(body);
        checkParameters(body.parameters());
        return new CreateRequest(
                name,
                from(body.from()),
                body.files(),
                body.adapters(),
                body.template(),
                body.system(),
                licenses(body.license()),
                body.parameters(),
                body.messages(),
                body.quantize(),
                body.renderer(),
                body.parser(),
                body.requires(),
                body.info());
    }

    private static Optional<ModelName> from(String text) throws CreateException {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ModelStore.nameOf(text).orElseThrow(() -> new CreateException(400, "invalid model name")));
        } catch (ApiException e) {
            throw new CreateException(400, "invalid model name");
        }
    }

    private static List<String> licenses(Object license) throws CreateException {
        return switch (license) {
            case null -> List.of();
            case String text -> text.isEmpty() ? List.of() : List.of(text);
            case List<?> list -> {
                var licenses = new ArrayList<String>();
                for (Object item : list) {
                    if (item != null && !(item instanceof String)) {
                        throw cannotBe(item, "string");
                    }
                    licenses.add(item == null ? "" : (String) item);
                }
                yield licenses;
            }
            default -> throw cannotBe(license, "[]string");
        };
    }

    private static CreateException cannotBe(Object value, String goType) {
        String kind = switch (value) {
            case Number number -> "number";
            case Boolean bool -> "bool";
            case List<?> list -> "array";
            default -> "object";
        };
        return new CreateException(500, "json: cannot unmarshal " + kind + " into Go value of type " + goType);
    }
}
