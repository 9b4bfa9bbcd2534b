package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.dialects.DialectException;
import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.ChatRequest;
import dev.llamero.inference.api.EmbedRequest;
import dev.llamero.inference.api.GenerateRequest;
import dev.llamero.inference.api.OpenAiEmbedRequest;
import dev.llamero.inference.grammar.JsonSchemaGrammar;
import dev.llamero.inference.grammar.SchemaException;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.LoadedEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broken bodies of requests: each is read, or refused in words; none ends in a crash or a hang. The recorded requests
 * are changed at random from a seed. More rounds by {@code -Dllamero.fuzz=N}.
 */
@Tag("server")
@Timeout(7_200)
class RequestFuzzTest {
    private static final int ROUNDS = Integer.getInteger("llamero.fuzz", 6_000);
    /** Rounds over a socket, which take a hundred times as long. */
    private static final int HTTP_ROUNDS = Integer.getInteger("llamero.fuzz.http", 600);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String[] PIECES = {
        "null",
        "true",
        "-1",
        "1e999",
        "0.5",
        "\"\"",
        "\"x\"",
        "[]",
        "{}",
        "[[]]",
        "{\"a\":1}",
        ",",
        ":",
        "}",
        "]",
        "\"",
        "\\u0000",
        "\\ud800",
        "\u00e9",
        "\u0000",
        "\"model\":",
        "\"messages\":[{}]",
        "\"format\":\"json\"",
        "\"format\":{\"type\":\"foo\"}",
        "\"options\":{\"num_ctx\":-5}",
        "\"options\":{\"num_predict\":0}",
        "\"options\":{\"stop\":[\"\"]}",
        "\"think\":\"low\"",
        "\"keep_alive\":\"1s\"",
        "\"tools\":[{}]",
        "\"images\":[\"AA==\"]",
        "\"logprobs\":true,\"top_logprobs\":3",
        "\"context\":[1,2,999999]",
        "\"template\":\"{{ range\"",
        "\"suffix\":\"x\"",
        "\"raw\":true",
        "\"stream\":false",
        "9".repeat(40),
        "[".repeat(200),
        "\"truncate\":false",
        "\"dimensions\":-3",
        "\"input\":[\"a\",1]",
        "\"encoding_format\":\"base64\"",
        "\"system\":\"<|im_start|>\""
    };

    private static final String[] KEYWORDS = {
        "type",
        "pattern",
        "minimum",
        "maximum",
        "enum",
        "const",
        "items",
        "properties",
        "required",
        "anyOf",
        "allOf",
        "$ref",
        "format",
        "multipleOf",
        "minItems",
        "maxItems",
        "patternProperties",
        "propertyNames",
        "prefixItems",
        "additionalProperties",
        "uniqueItems",
        "minLength",
        "$defs",
        "not",
        "exclusiveMinimum"
    };
    private static final String[] VALUES = {
        "\"string\"",
        "\"object\"",
        "\"integer\"",
        "[]",
        "{}",
        "-1",
        "3",
        "0.3",
        "1e400",
        "null",
        "true",
        "\"#\"",
        "\"#/$defs/a\"",
        "\"(a|b)*c{2,3}\"",
        "\"[\"",
        "\"^((((a*)*)*)*)$\"",
        "[{\"type\":\"string\"},{}]",
        "{\"a\":{}}",
        "[\"a\",\"a\"]",
        "{\"a\":{\"$ref\":\"#\"}}",
        "1e-300",
        "999999999999999999999",
        "\"date\""
    };

    @TempDir
    Path folder;

    private final List<String> seeds = new ArrayList<>();

    private void readSeeds() throws Exception {
        for (String area : List.of("generate", "chat", "thinking", "tools", "embed", "errors")) {
            for (Golden golden : Golden.area(area)) {
                if (golden.requestBody() != null && golden.path().startsWith("/api/")) {
                    seeds.add(golden.requestBody());
                }
            }
        }
        assertThat(seeds).hasSizeGreaterThan(50);
    }

    private String mutant(Random random) {
        var text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(8)));
                case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 2 -> text.setLength(at);
                case 3 -> text.insert(Math.min(1, text.length()), PIECES[random.nextInt(PIECES.length)] + ",");
                default -> {
                    int colon = text.indexOf(":", at);
                    int end = colon < 0 ? -1 : text.indexOf(",", colon);
                    if (end > 0) {
                        text.replace(colon + 1, end, PIECES[random.nextInt(PIECES.length)]);
                    }
                }
            }
        }
        return text.toString();
    }

    @Test
    void everyBodyIsReadOrRefusedInWords() throws Exception {
        readSeeds();
        int read = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            var random = new Random(seed);
            String text = mutant(random);
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            if (random.nextInt(20) == 0 && body.length > 0) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                switch (random.nextInt(3)) {
                    case 0 -> format(ChatRequest.read(body).run().format());
                    case 1 -> format(GenerateRequest.read(body).run().format());
                    default -> EmbedRequest.read(body);
                }
                read++;
            } catch (BadJsonException | ApiException e) {
                assertThat(e.getMessage()).as("seed %d: %s", seed, text).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
        assertThat(read).as("bodies that were read").isGreaterThan(ROUNDS / 20);
    }

    @Test
    void everyBodyForEmbeddingsIsReadOrRefusedInWords() throws Exception {
        for (Golden golden : Golden.area("embed")) {
            if (golden.requestBody() != null) {
                seeds.add(golden.requestBody());
            }
        }
        assertThat(seeds).hasSizeGreaterThan(5).anyMatch(body -> body.contains("encoding_format"));
        int read = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            var random = new Random(seed);
            String text = mutant(random);
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            if (random.nextInt(20) == 0 && body.length > 0) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                EmbedRequest request = switch (random.nextInt(4)) {
                    case 0 -> EmbedRequest.read(body);
                    case 1 -> EmbedRequest.readPrompt(body);
                    default -> asked(OpenAiEmbedRequest.read(body));
                };
                assertThat(request.inputs()).as("seed %d: %s", seed, text).doesNotContainNull();
                read++;
            } catch (BadJsonException | ApiException | DialectException e) {
                assertThat(e.getMessage()).as("seed %d: %s", seed, text).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
        assertThat(read).as("bodies that were read").isGreaterThan(ROUNDS / 20);
    }

    /** OpenAI's form always asks for a text, and always lets it be cut. */
    private static EmbedRequest asked(OpenAiEmbedRequest read) {
        assertThat(read.request().inputs()).isNotEmpty();
        assertThat(read.request().truncate()).isTrue();
        return read.request();
    }

    private static void format(String raw) {
        AnswerFormat.grammar(raw);
    }

    @Test
    void everySchemaIsKeptOrRefusedInWords() throws Exception {
        readSeeds();
        for (int seed = 0; seed < ROUNDS; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder("{");
            int depth = 1;
            for (int i = 2 + random.nextInt(8); i > 0; i--) {
                text.append('"')
                        .append(KEYWORDS[random.nextInt(KEYWORDS.length)])
                        .append("\":");
                if (random.nextInt(4) == 0) {
                    text.append('{');
                    depth++;
                } else {
                    text.append(VALUES[random.nextInt(VALUES.length)]).append(i > 1 ? "," : "");
                }
            }
            if (text.charAt(text.length() - 1) == '{') {
                text.append("\"x-\":1");
            }
            text.append("}".repeat(depth));
            try {
                JsonSchemaGrammar.of(JSON.readTree(text.toString()));
            } catch (SchemaException e) {
                assertThat(e.getMessage()).startsWith("JSON schema error at #");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
    }

    @Test
    void everyBodyGetsAStatusOfTheSpecification() throws Exception {
        readSeeds();
        // Other options load a model anew, and each load gives an engine of its own.
        EngineFactory engines = (model, options, progress) -> {
            var engine = new ScriptedEngine(4_096);
            engine.answers("yes");
            return new LoadedEngine(engine, gbnf -> {
                throw new IllegalStateException("a scripted engine compiles no grammar");
            });
        };
        var choice = new TestServer.Choice(
                List.of(),
                Optional.of(RecordedStore.withHeaders(folder, GoldenReplayTest.INSTALLED)),
                engines,
                source -> TestServer::plain,
                4_096,
                TestServer.limits());
        Set<Integer> fine = Set.of(200, 400, 403, 404, 500, 501);
        try (var server = new TestServer(choice)) {
            for (int seed = 0; seed < HTTP_ROUNDS; seed++) {
                var random = new Random(seed);
                String path =
                        List.of("/api/chat", "/api/generate", "/api/embed").get(random.nextInt(3));
                String text = mutant(random);
                RawClient.Reply reply = server.call("POST", path, text);
                assertThat(reply.status()).as("seed %d: %s", seed, text).isIn(fine);
                assertThat(reply.body()).as("seed %d: %s", seed, text).doesNotContain("internal error");
            }
        }
    }
}
