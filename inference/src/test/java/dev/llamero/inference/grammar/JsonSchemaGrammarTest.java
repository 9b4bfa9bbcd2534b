package dev.llamero.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaGrammarTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'object','properties':{'c':{'type':'string'},'n':{'type':'integer'}},'required':['c','n']}"
                        + " | {'c':'x','n':3} | {'n':3,'c':'x'}",
                "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'integer'}},'required':['b']}"
                        + " | {'b':1,'a':2} | {'a':2}",
                "{'type':'object','properties':{'a':{'type':'null'},'b':{'type':'null'},'c':{'type':'null'}}}"
                        + " | {'a':null,'c':null} | {'c':null,'a':null}",
                "{'type':'object','properties':{'a':{'type':'null'}},'additionalProperties':{'type':'boolean'}}"
                        + " | {'a':null,'ab':true,'x':false} | {'x':1}",
                "{'type':'object','properties':{'a':{'type':'null'}},'additionalProperties':true}"
                        + " | {'b':[1,{'c':2}]} | {'a':1}",
                "{'type':'object','additionalProperties':false} | {} | {'a':1}",
                "{'type':'array','items':{'type':'integer'},'minItems':1,'maxItems':2} | [1,2] | [1,2,3]",
                "{'type':'array','items':{'type':'integer'},'minItems':2} | [1,2,3] | [1]",
                "{'type':'array','maxItems':0} | [] | [1]",
                "{'prefixItems':[{'type':'string'},{'type':'integer'}]} | ['a',1] | [1,'a']",
                "{'enum':['red','gr\\u00fcn',1,null]} | 'gr\u00fcn' | 'blue'",
                "{'const':{'a':[1]}} | {'a':[1]} | {'a':[2]}",
                "{'type':['string','null']} | null | 1",
                "{'type':'string','nullable':true} | null | 1",
                "{'anyOf':[{'type':'integer'},{'type':'string'}]} | 'a' | true",
                "{'type':'object','properties':{'a':{'type':'null'},'b':{'type':'null'}},'anyOf':[{'required':['a']},"
                        + "{'required':['b']}]} | {'b':null} | {}",
                "{'allOf':[{'properties':{'a':{'type':'null'}},'required':['a']},{'properties':{'b':{'type':'null'}},"
                        + "'required':['b']}]} | {'a':null,'b':null} | {'a':null}",
                "{'type':'string','minLength':2,'maxLength':3} | '中\\uD83D\\uDE00' | 'abcd'",
                "{'type':'string','format':'date'} | '2026-11-25' | '2026-13-01'",
                "{'type':'string','format':'date-time'} | '2026-11-25T10:00:00Z' | '2026-11-25'",
                "{'type':'string','format':'uuid'} | '123e4567-e89b-12d3-a456-426614174000' | '123'",
                "{'type':'number'} | -1.5e+3 | 01",
                "{'type':'number','minimum':0} | 0.25 | -1",
                "{'type':'number','minimum':-2,'maximum':3} | -1.75 | 3.5",
                "{'type':'number','minimum':5,'maximum':5} | 5 | 5.1",
                "{'type':'number','minimum':0.5,'exclusiveMaximum':2.25} | 2.249 | 2.25",
                "{'type':'number','exclusiveMinimum':0} | 0.001 | 0",
                "{'type':'number','maximum':-0.5} | -12.75 | -0.4",
                "{'type':'number','minimum':0.05,'maximum':0.15} | 0.1 | 0.2",
                "{'type':'integer','minimum':-9007199254740991,'maximum':9007199254740991} | 9007199254740991 |"
                        + " 9007199254740992",
                "{'type':'integer','minimum':0,'maximum':18446744073709551615} | 9999999999999999 | -1",
                "{'type':'integer','minimum':-9223372036854775808,'maximum':9223372036854775807} | -9999999999999999 |"
                        + " 99999999999999999",
                "{'type':'number','minimum':0,'maximum':1.7976931348623157e308} | 12.5 | 1e400",
                "{'type':'number','minimum':-3e38,'maximum':3e38} | -12.5 | 1e99",
                "{'type':'integer','multipleOf':7} | -49 | 50",
                "{'type':'number','multipleOf':0.01} | 3.25 | 3.255",
                "{'type':'number','multipleOf':0.25,'minimum':0} | 10.75 | 10.80",
                "{'type':'integer','multipleOf':5,'minimum':3,'maximum':20} | 15 | 3",
                "{'type':'string','pattern':'^[A-Z]{2}-\\\\d+$'} | 'AB-12' | 'AB-'",
                "{'type':'string','pattern':'b'} | 'abc' | 'ac'",
                "{'type':'string','pattern':'^[^a]+$','maxLength':2} | 'bc' | 'bcd'",
                "{'type':'string','format':'email'} | 'a.b@example.org' | 'a@b'",
                "{'type':'string','format':'ipv4'} | '192.168.0.1' | '256.1.1.1'",
                "{'type':'string','format':'date'} | '2024-02-28' | '2024-02-30'",
                "{'type':'array','items':{'enum':['a','b','c']},'uniqueItems':true,'minItems':2} | ['a','c'] |"
                        + " ['a','a']",
                "{'patternProperties':{'^x-':{'type':'integer'}},'additionalProperties':false} | {'x-a':1} | {'y':1}",
                "{'propertyNames':{'pattern':'^k$'},'additionalProperties':{'type':'null'}} | {'k':null} | {'l':null}",
                "{'$ref':'#/$defs/s','maxLength':2,'$defs':{'s':{'type':'string'}}} | 'ab' | 'abc'",
                "{'allOf':[{'properties':{'a':{'type':'integer'}},'additionalProperties':false},{'properties':"
                        + "{'a':{'maximum':3}}}]} | {'a':3} | {'a':4}",
                "{'prefixItems':[{'type':'null'}],'items':{'type':'integer'},'minItems':2} | [null,1,2] | [null]",
                "{'type':['integer','string'],'enum':[1,'a',null]} | 'a' | null",
                "{'type':'boolean'} | true | 0",
                "true | {'any':['thing',1.5,null]} | {a}",
                "{'$ref':'#/$defs/n','$defs':{'n':{'type':'object','properties':{'v':{'type':'integer'},'next':"
                        + "{'anyOf':[{'$ref':'#/$defs/n'},{'type':'null'}]}},'required':['v','next']}}}"
                        + " | {'v':1,'next':{'v':2,'next':null}} | {'v':1}",
                "{'title':'T','description':'d','default':1,'type':'integer'} | 7 | 7.5",
            })
    void acceptsWhatTheSchemaAllowsAndNothingElse(String schema, String accepted, String refused) {
        var matcher = new GbnfMatcher(JsonSchemaGrammar.of(json(schema)));
        assertThat(matcher.accepts(quoted(accepted))).as("accepts " + accepted).isTrue();
        assertThat(matcher.accepts(quoted(refused))).as("refuses " + refused).isFalse();
    }

    @Test
    void anyObjectTakesObjectsOnly() {
        var matcher = new GbnfMatcher(JsonSchemaGrammar.anyObject());
        assertThat(matcher.accepts("{\n  \"a\": [1, {\"b\": null}],\n  \"c\": \"x\\n\\u00e9\"\n}"))
                .isTrue();
        assertThat(matcher.accepts("[1]")).isFalse();
        assertThat(matcher.accepts("{\"a\": 1,}")).isFalse();
    }

    @Test
    void integerBoundsHoldForEveryValueNearThem() {
        var random = new Random(7);
        for (int round = 0; round < 300; round++) {
            long a = random.nextInt(-1_200, 1_200);
            long b = a + random.nextInt(0, 1_500);
            var matcher = new GbnfMatcher(
                    JsonSchemaGrammar.of(json("{'type':'integer','minimum':" + a + ",'maximum':" + b + "}")));
            for (long value :
                    new long[] {a - 1, a, a + 1, (a + b) / 2, b - 1, b, b + 1, -a, 0, 10 * b, random.nextInt(3000)}) {
                assertThat(matcher.accepts(Long.toString(value)))
                        .as(value + " in " + a + ".." + b)
                        .isEqualTo(value >= a && value <= b);
            }
        }
    }

    @Test
    void openIntegerBoundsHold() {
        var least = new GbnfMatcher(JsonSchemaGrammar.of(json("{'type':'integer','exclusiveMinimum':17}")));
        assertThat(least.accepts("17")).isFalse();
        assertThat(least.accepts("18")).isTrue();
        assertThat(least.accepts("123456789")).isTrue();
        assertThat(least.accepts("-18")).isFalse();
        var most = new GbnfMatcher(JsonSchemaGrammar.of(json("{'type':'integer','maximum':-5}")));
        assertThat(most.accepts("-5")).isTrue();
        assertThat(most.accepts("-4")).isFalse();
        assertThat(most.accepts("-90000")).isTrue();
        assertThat(most.accepts("0")).isFalse();
    }

    @Test
    void declaredNameCannotBeSpelledAgainAsAdditionalProperty() {
        var matcher = new GbnfMatcher(JsonSchemaGrammar.of(
                json("{'properties':{'age':{'type':'integer'}},'required':['age'],'additionalProperties':true}")));
        assertThat(matcher.accepts("{\"age\":1,\"ag\":2,\"agex\":3,\"\":4}")).isTrue();
        assertThat(matcher.accepts("{\"age\":1,\"age\":\"x\"}")).isFalse();
        assertThat(matcher.accepts("{\"age\":1,\"\\u0061ge\":\"x\"}")).isFalse();
        assertThat(matcher.accepts("{\"age\":1,\"x\\u0061\":\"x\"}")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'foo'} | #: unrecognized type foo",
                "{'type':'object','properties':{'a':{'type':'string','pattern':'^(?=a)'}}} | #/properties/a:"
                        + " \"pattern\" ^(?=a) looks around",
                "{'type':'string','pattern':'(a)\\\\1'} | uses \\1, which is not supported",
                "{'type':'string','pattern':'a$b'} | anchor in its middle",
                "{'type':'string','pattern':'^(ab)+$','minLength':5} | \"pattern\" beside \"minLength\"",
                "{'pattern':'a{1001}'} | repeats more than 1000",
                "{'type':'number','multipleOf':0.3,'minimum':1} | \"multipleOf\" needs both",
                "{'type':'array','items':{'type':'string'},'uniqueItems':true} | \"uniqueItems\" needs",
                "{'if':{},'then':{}} | keyword \"if\" is not supported",
                "{'enum':['a'],'type':'integer'} | no value of \"enum\"",
                "{'minProperties':3} | \"minProperties\" 3 is not supported",
                "{'allOf':[{'$ref':'#'}]} | refers to itself",
                "{'not':{'type':'string'}} | keyword \"not\" is not supported",
                "{'enum':[]} | \"enum\" must be a list",
                "{'$ref':'#'} | refers to itself",
                "{'anyOf':[{'$ref':'#'}]} | refers to itself",
                "{'$ref':'http://x/y'} | not within this schema",
                "{'$ref':'#/$defs/absent'} | leads nowhere",
                "{'type':'array','minItems':3,'maxItems':2} | \"minItems\" is above",
                "{'type':'array','maxItems':100000} | \"maxItems\" must be a whole number",
                "{'type':'integer','minimum':4,'maximum':3} | no integer lies between",
                "{'type':'number','minimum':4,'exclusiveMaximum':4} | no number lies between",
                "{'type':'integer','minimum':10000000000000000} | \"minimum\" is beyond 16 digits",
                "{'type':'number','maximum':-1e20} | \"maximum\" is beyond 16 digits",
                "{'type':'string','format':'iri'} | \"format\" iri is not supported",
                "{'required':['a'],'additionalProperties':false} | which \"additionalProperties\": false forbids",
                "{'allOf':[{'type':'string'},{'type':'integer'}]} | keyword \"type\" has two different values",
                "{'properties':3} | \"properties\" must be an object",
                "5 | a schema must be an object",
            })
    void refusesWhatItCannotKeepAndNamesIt(String schema, String message) {
        assertThatThrownBy(() -> JsonSchemaGrammar.of(json(schema)))
                .isInstanceOf(SchemaException.class)
                .hasMessageStartingWith("JSON schema error at #")
                .hasMessageContaining(message);
    }

    @Test
    void deepNestingIsRefusedNotFollowed() {
        String schema = "{'items':".repeat(500) + "{}" + "}".repeat(500);
        assertThatThrownBy(() -> JsonSchemaGrammar.of(json(schema))).hasMessageContaining("nested more than");
    }

    @Test
    void hostileNamesStayLiterals() {
        var matcher = new GbnfMatcher(JsonSchemaGrammar.of(
                json("{'properties':{'a\\\" | root\\n::=':{'type':'null'}},'required':['a\\\" | root\\n::=']}")));
        assertThat(matcher.accepts("{\"a\\\" | root\\n::=\":null}")).isTrue();
        assertThat(matcher.accepts("{\"a\":null}")).isFalse();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(quoted(text));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static String quoted(String text) {
        return text.replace('\'', '"').replace("\\uD83D\\uDE00", "\uD83D\uDE00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}",
                "{'type':'array','items':{'$ref':'#'},'minItems':1}",
                "{'properties':{'a':{'$ref':'#/$defs/x'}},'$defs':{'x':{'type':'object','required':['y'],"
                        + "'properties':{'y':{'$ref':'#/$defs/z'}}},'z':{'type':'array','minItems':2,"
                        + "'items':{'$ref':'#/$defs/x'}}}}"
            })
    void aSchemaThatRequiresItselfWithoutEndIsRefused(String schema) {
        assertThatThrownBy(() -> JsonSchemaGrammar.of(json(schema)))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("requires itself without end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'object','properties':{'a':{'$ref':'#'}}}",
                "{'type':'array','items':{'$ref':'#'}}",
                "{'type':'object','required':['next'],'properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}}}"
            })
    void aSchemaThatMayContainItselfIsKept(String schema) {
        assertThat(JsonSchemaGrammar.of(json(schema))).startsWith("root ::= ");
    }
}
