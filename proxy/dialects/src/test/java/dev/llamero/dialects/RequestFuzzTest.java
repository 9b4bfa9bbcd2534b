package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: whatever a caller sends, each reader gives a call that both kinds of servers can be asked, or an error of
 * status 400 with a sentence. Method: good bodies with values of other types put in their places, members taken out or
 * doubled, and bytes damaged. {@code -Dllamero.fuzz=1000000} sets how many bodies each reader gets;
 * {@code -Dllamero.seed} repeats a run.
 */
class RequestFuzzTest {
    private static final int BODIES = Integer.getInteger("llamero.fuzz", 4_000);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final byte[] DAMAGE = "{}[]\":,01-e.ntf \\\n\377".getBytes(StandardCharsets.ISO_8859_1);

    private static final List<String> EMBEDDINGS = List.of(
            "{\"model\":\"m\",\"input\":\"a text\"}",
            "{\"model\":\"m\",\"input\":[\"one\",\"two\",\"\"],\"encoding_format\":\"base64\",\"user\":\"u\"}",
            "{\"model\":\"m\",\"input\":[\"x\"],\"encoding_format\":\"float\",\"dimensions\":64}",
            "{\"model\":\"m\",\"input\":\"x\",\"keep_alive\":\"5m\",\"options\":{\"num_ctx\":512,\"seed\":1}}");

    @ParameterizedTest
    @EnumSource(Caller.class)
    void anyBodyIsACallOrABadRequest(Caller caller) throws IOException {
        fuzz(
                goodBodies(caller),
                (body, random) -> check(caller, body, random.nextBoolean() ? Manner.OFFICIAL : Manner.OLLAMA));
    }

    @Test
    void anyBodyForEmbeddingsIsACallOrABadRequest() throws IOException {
        var good = new ArrayList<JsonNode>();
        for (String body : EMBEDDINGS) {
            good.add(Json.MAPPER.readTree(body));
        }
        fuzz(good, (body, random) -> checkEmbeddings(body));
    }

    private static void fuzz(List<JsonNode> good, Check check) {
        long seed = Long.getLong("llamero.seed", System.nanoTime());
        var random = new Random(seed);
        int calls = 0;
        for (int round = 0; round < BODIES; round++) {
            byte[] body = body(good.get(random.nextInt(good.size())), random);
            try {
                calls += check.of(body, random);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", round " + round + ", body " + new String(body, StandardCharsets.UTF_8), e);
            }
        }
        assertThat(calls).as("bodies that were good, seed %d", seed).isBetween(1, BODIES - 1);
    }

    private interface Check {
        /** @return 1 for a call */
        int of(byte[] body, Random random);
    }

    private static int check(Caller caller, byte[] body, Manner manner) {
        try {
            CallerRequest request = caller.read(body, manner);
            checkCall(request.call());
            assertThat(request.answer("1", 0).write(AnswerChunk.of("x", "y"))).isNotNull();
            return 1;
        } catch (DialectException e) {
            checkRefusal(e.error());
            assertThat(caller.error(e.error())).isNotEmpty();
            return 0;
        }
    }

    private static int checkEmbeddings(byte[] body) {
        try {
            EmbeddingsRequest request = EmbeddingsRequest.read(body);
            checkCall(request.call());
            int texts = request.texts();
            assertThat(texts).isPositive();
            assertThat(request.model()).isNotEmpty();
            byte[] answer = request.answer(new EmbedAnswer(Collections.nCopies(texts, new float[] {1, -2}), 3));
            JsonNode data = Json.read(answer).path("data");
            assertThat(data).hasSize(texts);
            assertThat(data.path(texts - 1).path("embedding").isTextual()).isEqualTo(request.base64());
            return 1;
        } catch (DialectException e) {
            checkRefusal(e.error());
            return 0;
        } catch (Json.InvalidJson e) {
            throw new AssertionError("the answer is no JSON", e);
        }
    }

    private static void checkCall(ModelCall call) {
        for (UpstreamKind kind : UpstreamKind.values()) {
            try {
                assertThat(kind.request(call).body()).isNotEmpty();
            } catch (DialectException e) {
                assertThat(e.error()).isInstanceOf(DialectError.BadField.class);
            }
        }
    }

    private static void checkRefusal(DialectError error) {
        Failure failure = Failure.of(error);
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure.message()).isNotBlank();
        if (error instanceof DialectError.BadField field) {
            assertThat(field.field()).isNotBlank();
        }
    }

    private static List<JsonNode> goodBodies(Caller caller) throws IOException {
        var bodies = new ArrayList<JsonNode>();
        for (GoldenFiles golden : GoldenFiles.in("pairs").toList()) {
            if (golden.in().getFirst().toUpperCase(java.util.Locale.ROOT).startsWith(caller.name())) {
                bodies.add(Json.MAPPER.readTree(golden.in().get(1)));
            }
        }
        return bodies;
    }

    private static byte[] body(JsonNode good, Random random) {
        JsonNode changed = good.deepCopy();
        for (int hit = random.nextInt(4); hit > 0; hit--) {
            change(changed, random);
        }
        byte[] body = Json.bytes(json -> json.writeTree(changed));
        if (random.nextInt(4) == 0) {
            for (int hit = random.nextInt(3); hit >= 0; hit--) {
                body[random.nextInt(body.length)] = DAMAGE[random.nextInt(DAMAGE.length)];
            }
        }
        return body;
    }

    /** Walks down at random and changes what it comes to. */
    private static void change(JsonNode root, Random random) {
        JsonNode at = root;
        while (true) {
            int size = at.size();
            if (size == 0) {
                return;
            }
            int child = random.nextInt(size);
            JsonNode next = at.isObject()
                    ? at.get(at.propertyStream()
                            .skip(child)
                            .findFirst()
                            .orElseThrow()
                            .getKey())
                    : at.get(child);
            if (!next.isContainerNode() || next.isEmpty() || random.nextInt(3) == 0) {
                put(at, child, random);
                return;
            }
            at = next;
        }
    }

    private static void put(JsonNode at, int child, Random random) {
        if (at instanceof ArrayNode array) {
            switch (random.nextInt(3)) {
                case 0 -> array.remove(child);
                case 1 -> array.add(array.get(child).deepCopy());
                default -> array.set(child, value(random));
            }
            return;
        }
        ObjectNode object = (ObjectNode) at;
        String name =
                object.propertyStream().skip(child).findFirst().orElseThrow().getKey();
        if (random.nextInt(4) == 0) {
            object.remove(name);
        } else {
            object.set(name, value(random));
        }
    }

    private static JsonNode value(Random random) {
        return switch (random.nextInt(14)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(200) - 100);
            case 3 -> NODES.numberNode(random.nextLong());
            case 4 -> NODES.numberNode(new java.math.BigDecimal("1e400"));
            case 5 -> NODES.numberNode(random.nextDouble());
            case 6 -> NODES.textNode("");
            case 7 -> NODES.textNode("\u0000\ud83e\udd99\n{");
            case 8 -> NODES.textNode("data:image/png;base64,!!");
            case 9 -> NODES.textNode("{\"a\":[1]}");
            case 10 -> NODES.arrayNode();
            case 11 -> NODES.arrayNode().add(NODES.objectNode()).add("x").addNull();
            case 12 -> NODES.objectNode();
            default -> NODES.objectNode().put("type", "text").put("name", "x");
        };
    }
}
