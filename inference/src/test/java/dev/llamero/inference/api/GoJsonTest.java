package dev.llamero.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading as Go's decoder does, down to its error texts. */
class GoJsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "x | invalid character 'x' looking for beginning of value",
                "{\"a\" 1} | invalid character '1' after object key",
                "{\"a\":1 \"b\"} | invalid character '\"' after object key:value pair",
                "{1:2} | invalid character '1' looking for beginning of object key string",
                "{\"a\":1,} | invalid character '}' looking for beginning of object key string",
                "[1 2] | invalid character '2' after array element",
                "[1,] | invalid character ']' looking for beginning of value",
                "trux | invalid character 'x' in literal true (expecting 'e')",
                "nul | unexpected EOF",
                "-x | invalid character 'x' in numeric literal",
                "[1.x] | invalid character 'x' after decimal point in numeric literal",
                "[1ex] | invalid character 'x' in exponent of numeric literal",
                "[01] | invalid character '1' after array element",
                "\"\\q\" | invalid character 'q' in string escape code",
                "\"\\u12g4\" | invalid character 'g' in \\u hexadecimal character escape",
                "{\"a\": | unexpected EOF",
                "\"abc | unexpected EOF",
                "ä | invalid character 'Ã' looking for beginning of value",
            })
    void syntaxErrorsHaveGosText(String body, String message) {
        assertThatThrownBy(() -> GoJson.parse(utf8(body)))
                .isInstanceOf(BadJsonException.class)
                .hasMessage(message);
    }

    @Test
    void aLineBreakInAStringIsNamed() {
        assertThatThrownBy(() -> GoJson.parse(utf8("\"a\nb\"")))
                .hasMessage("invalid character '\\n' in string literal");
    }

    @Test
    void nothingButSpaceIsAnEmptyBody() {
        assertThatThrownBy(() -> GoJson.parse(utf8(" \n ")))
                .isInstanceOfSatisfying(
                        BadJsonException.class, e -> assertThat(e.isEmpty()).isTrue());
    }

    @Test
    void nestingWithoutEndIsRefused() {
        assertThatThrownBy(() -> GoJson.parse(utf8("[".repeat(100_000))))
                .hasMessage("invalid character '[' exceeded max depth");
        assertThatThrownBy(() -> GoJson.parse(utf8("{\"a\":".repeat(12_000))))
                .hasMessage("invalid character '{' exceeded max depth");
        assertThatThrownBy(() -> GoJson.parse(utf8("[".repeat(2_000)))).hasMessage("unexpected EOF");
    }

    @Test
    void whatIsNestedAsDeepAsGoReadsIsReadOnASmallStack() throws Exception {
        String deep = "{\"x\":" + "[".repeat(9_999) + "]".repeat(9_999) + "}";
        var read = new JsonValue[1];
        var thread = new Thread(null, () -> read[0] = GoJson.parse(utf8(deep)), "small", 128 << 10);
        thread.start();
        thread.join();
        assertThat(read[0]).isInstanceOf(JsonValue.Obj.class);
        assertThatThrownBy(() -> read[0].plain()).hasMessage("nested deeper than 200 levels");
    }

    @Test
    void everyByteThatBelongsToNoCharacterIsReplacedByItself() {
        byte[] surrogate = {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xe2, (byte) 0x82, '"'};
        assertThat(GoJson.parse(surrogate).plain()).isEqualTo("\uFFFD".repeat(5));
        assertThat(GoJson.parse(utf8("\"\\n€\uD83D\uDE00\"")).plain()).isEqualTo("\n€\uD83D\uDE00");
    }

    @Test
    void damagedBodiesEndInAnAnswerOrInOneKindOfError() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        byte[] whole = utf8("{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\\ude00"
                + " ä\",\"images\":[\"AA==\"]}],"
                + "\"options\":{\"num_ctx\":-1.5e3,\"stop\":[\"x\"]},\"think\":\"low\","
                + "\"keep_alive\":\"1h\",\"tools\":[{}],\"x\":null}");
        for (int round = 0; round < 20_000; round++) {
            byte[] body = Arrays.copyOf(whole, whole.length - random.nextInt(3) * random.nextInt(whole.length / 3));
            for (int change = random.nextInt(4); change > 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(ChatRequest.read(body).run()).isNotNull();
            } catch (BadJsonException e) {
                assertThat(e.getMessage()).as("seed %d, round %d", seed, round).isNotEmpty();
            }
        }
    }

    @Test
    void escapesAndSurrogatesAreRead() {
        assertThat(GoJson.parse(utf8("\"\\u4f60\\n\\ud83d\\ude00\\ud83dx\\/\"")).plain())
                .isEqualTo("你\n😀\uFFFDx/");
    }

    @Test
    void keysMatchInAnyCaseTheLastWinsAndTheRestIsIgnored() {
        var request = ChatRequest.read(
                utf8("{\"MODEL\":\"a\",\"model\":\"b\",\"Messages\":[{\"ROLE\":\"USER\",\"content\":null}],\"x\":[{}]}"
                        + " trash"));
        assertThat(request.model()).isEqualTo("b");
        assertThat(request.messages().getFirst().role()).isEqualTo("user");
        assertThat(request.messages().getFirst().content()).isEmpty();
        assertThat(request.run().stream()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"stream\":1,\"model\":5} | number into Go struct field ChatRequest.stream of type bool",
                "{\"messages\":[5]} | number into Go struct field ChatRequest.messages of type api.Alias",
                "{\"messages\":[{\"role\":true}]} | bool into Go struct field ChatRequest.messages.role of type string",
                "{\"top_logprobs\":1.5} | number 1.5 into Go struct field ChatRequest.top_logprobs of type int",
                "{\"options\":[]} | array into Go struct field ChatRequest.options of type map[string]interface {}",
            })
    void typeErrorsHaveGosText(String body, String rest) {
        assertThatThrownBy(() -> ChatRequest.read(utf8(body))).hasMessage("json: cannot unmarshal " + rest);
    }

    @ParameterizedTest
    @CsvSource({
        "10,time: missing unit in duration \"10\"",
        "'',time: invalid duration \"\"",
        "5x,time: unknown unit \"x\" in duration \"5x\"",
        "soon,time: invalid duration \"soon\""
    })
    void badDurationsHaveGosText(String text, String message) {
        assertThatThrownBy(() -> GoDuration.parse(text)).hasMessage(message);
    }

    @Test
    void durationsAreRead() {
        assertThat(GoDuration.parse("1h30m").toMinutes()).isEqualTo(90);
        assertThat(GoDuration.parse("1.5s").toMillis()).isEqualTo(1_500);
        assertThat(GoDuration.parse("-1s")).isEqualTo(GoDuration.FOREVER);
        assertThat(keepAlive("0.25").toMillis()).isEqualTo(250);
        assertThat(keepAlive("-1")).isEqualTo(GoDuration.FOREVER);
    }

    private static java.time.Duration keepAlive(String value) {
        return GenerateRequest.read(utf8("{\"keep_alive\":" + value + "}"))
                .run()
                .keepAlive();
    }

    @ParameterizedTest
    @CsvSource({"data:,4", "x,0", "AAAA=,4", "AA=A,3", "A===,1"})
    void badBase64NamesTheByte(String text, int at) {
        assertThatThrownBy(() -> GoBase64.decode(text)).hasMessage("illegal base64 data at input byte " + at);
    }

    @Test
    void base64IsRead() {
        assertThat(GoBase64.decode("aGVs\r\nbG8=")).isEqualTo(utf8("hello"));
        assertThat(GoBase64.decode("aGVsbA==")).isEqualTo(utf8("hell"));
    }

    @Test
    void textIsWrittenAsGoWritesIt() {
        assertThat(JsonText.of(Map.of("k", "<a>&\u2028\"\\\n\u0001é😀\ud83d")))
                .isEqualTo("{\"k\":\"\\u003ca\\u003e\\u0026\\u2028\\\"\\\\\\n\\u0001é😀\uFFFD\"}");
        assertThat(JsonText.of(List.of(1e-5f, 1e-12, 1e21, 100000.0f, 0.0, -2.5, 10L)))
                .isEqualTo("[0.00001,1e-12,1e+21,100000,0,-2.5,10]");
    }

    @Test
    void toolsKeepOnlyWhatOllamaKeepsInItsOrder() {
        var request = ChatRequest.read(
                utf8("{\"tools\":[{\"function\":{\"parameters\":{\"properties\":{\"b\":{\"format\":\"x\","
                        + "\"description\":\"d\",\"type\":[\"string\"]},\"a\":{\"type\":[\"string\",\"null\"]}},"
                        + "\"required\":[\"b\"],"
                        + "\"type\":\"object\"},\"name\":\"f\"},\"type\":\"function\"}]}"));
        assertThat(JsonText.of(request.tools().getFirst()))
                .isEqualTo("{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\","
                        + "\"required\":[\"b\"],\"properties\":{\"b\":{\"type\":\"string\",\"description\":\"d\"},"
                        + "\"a\":{\"type\":[\"string\",\"null\"]}}}}}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
