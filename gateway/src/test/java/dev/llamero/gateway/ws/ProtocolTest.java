package dev.llamero.gateway.ws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.gateway.ProtocolSchema;
import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.chat.Session;
import dev.llamero.gateway.chat.TitleSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolTest {
    private static ClientMessage read(String json) {
        return Protocol.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static ClientMessage request(String method, String params) {
        return read("{\"type\":\"req\",\"id\":\"7\",\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    @Test
    void everyRequestIsRead() {
        assertThat(request("hello", "{\"protocol\":1}")).isEqualTo(new ClientMessage.Hello("7", 1));
        assertThat(request("ping", "{}")).isEqualTo(new ClientMessage.Ping("7"));
        assertThat(request("sessions.list", "{}")).isEqualTo(new ClientMessage.SessionsList("7"));
        assertThat(request("sessions.rename", "{\"sessionKey\":\"abcdefgh\",\"title\":\" New \"}"))
                .isEqualTo(new ClientMessage.SessionsRename("7", "abcdefgh", "New"));
        assertThat(request("sessions.delete", "{\"sessionKey\":\"abcdefgh\"}"))
                .isEqualTo(new ClientMessage.SessionsDelete("7", "abcdefgh"));
        assertThat(request("chat.history", "{\"sessionKey\":\"abcdefgh\"}"))
                .isEqualTo(new ClientMessage.ChatHistory("7", "abcdefgh", 0, 200));
        assertThat(request("chat.history", "{\"sessionKey\":\"abcdefgh\",\"before\":12,\"limit\":5}"))
                .isEqualTo(new ClientMessage.ChatHistory("7", "abcdefgh", 12, 5));
        assertThat(request(
                        "chat.send",
                        "{\"sessionKey\":\"abcdefgh\",\"message\":\"你好\",\"idempotencyKey\":\"ijklmnop\"}"))
                .isEqualTo(new ClientMessage.ChatSend("7", "abcdefgh", "你好", "ijklmnop", "", List.of()));
        assertThat(request(
                        "chat.retry",
                        "{\"turnId\":\"abcdefgh\",\"idempotencyKey\":\"ijklmnop\",\"model\":\"qwen3:4b\"}"))
                .isEqualTo(new ClientMessage.ChatRetry("7", "abcdefgh", "ijklmnop", "qwen3:4b"));
        assertThat(request("chat.stop", "{\"turnId\":\"abcdefgh\"}"))
                .isEqualTo(new ClientMessage.ChatStop("7", "abcdefgh"));
        assertThat(request("models.list", "{}")).isEqualTo(new ClientMessage.ModelsList("7"));
        assertThat(request("debug", "{}")).isEqualTo(new ClientMessage.Debug("7"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chat.send | {} | sessionKey must be",
                "chat.send | {\"sessionKey\":\"abcdefgh\",\"idempotencyKey\":\"ijklmnop\"} | message must be",
                "chat.send | {\"sessionKey\":\"abcdefgh\",\"message\":\"  \"} | message must be",
                "chat.send | {\"sessionKey\":\"abcdefgh\",\"message\":\"a\",\"idempotencyKey\":\"x\"} | idempotencyKey",
                "chat.send | {\"sessionKey\":[],\"message\":\"a\"} | sessionKey must be",
                "chat.history | {\"sessionKey\":\"abcdefgh\",\"limit\":0} | limit must be",
                "chat.history | {\"sessionKey\":\"abcdefgh\",\"before\":-1} | before must be",
                "chat.history | {\"sessionKey\":\"abcdefgh\",\"limit\":\"5\"} | limit must be",
                "chat.stop | null | turnId must be",
                "nothing | {} | method is not known"
            })
    void whatIsWrongIsNamed(String method, String params, String complaint) {
        assertThatThrownBy(() -> request(method, params))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.id()).isEqualTo("7"))
                .hasMessageContaining(complaint);
    }

    @Test
    void whatIsNoRequestIsRefused() {
        for (String json : List.of("", "{", "[]", "1", "{\"id\":\"7\"} {}", "{\"id\":7}", "\u0000")) {
            assertThatThrownBy(() -> read(json)).as(json).isInstanceOf(ProtocolException.class);
        }
        assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> request("ping", "\"" + "x".repeat(300_000) + "\""))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("200000 characters");
        assertThatThrownBy(() -> read("{\"type\":\"res\",\"id\":\"7\"}")).hasMessageContaining("type");
    }

    @Test
    void whatIsSentHasTheDocumentedShape() {
        assertThat(Protocol.write(new ServerMessage.Failure("7", "BUSY", "wait", true)))
                .isEqualTo("{\"type\":\"res\",\"id\":\"7\",\"ok\":false,"
                        + "\"error\":{\"code\":\"BUSY\",\"message\":\"wait\",\"retryable\":true}}");
        assertThat(Protocol.write(
                        new ServerMessage.Response("7", new Session("k", "t", TitleSource.PERSON, true, 1, 2, true))))
                .isEqualTo("{\"type\":\"res\",\"id\":\"7\",\"ok\":true,\"payload\":"
                        + "{\"key\":\"k\",\"title\":\"t\",\"titleSource\":\"PERSON\","
                        + "\"pinned\":true,\"createdAt\":1,\"updatedAt\":2,\"running\":true}}");
        assertThat(Protocol.write(Protocol.event(new ChatEvent.TurnDelta("s", "t", 3, "content", "你\n"))))
                .isEqualTo("{\"type\":\"event\",\"event\":\"turn.delta\",\"payload\":{\"sessionKey\":\"s\","
                        + "\"turnId\":\"t\",\"seq\":3,\"kind\":\"content\",\"text\":\"你\\n\"}}");
    }

    @Test
    void theDocumentNamesEveryMethodEventAndField() throws IOException {
        String document = Files.readString(Path.of("PROTOCOL.md"));
        for (String section : List.of("requests", "events")) {
            ProtocolSchema.names(section).forEach(name -> assertThat(document).contains("`" + name + "`"));
        }
        assertThat(ProtocolSchema.names("responses")).hasSameElementsAs(ProtocolSchema.names("requests"));
        for (Class<?> message : ClientMessage.class.getPermittedSubclasses()) {
            Arrays.stream(message.getRecordComponents())
                    .forEach(component -> assertThat(document).contains("`" + component.getName()));
        }
        for (Class<?> event : ChatEvent.class.getPermittedSubclasses()) {
            Arrays.stream(event.getRecordComponents())
                    .forEach(component -> assertThat(document).contains("`" + component.getName()));
        }
        for (var code : dev.llamero.gateway.upstream.UpstreamException.Code.values()) {
            assertThat(document).contains("`" + code + "`");
        }
    }
}
