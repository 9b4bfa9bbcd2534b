package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.access.Accounts;
import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What went wrong in other gateways and chat pages, tried here. One test per incident:
 *
 * <table>
 * <caption>Incidents and their tests</caption>
 * <tr><td>CVE-2026-25593, local socket changes settings</td><td>{@link #aLocalSocketHasNoSettingsToChange}</td></tr>
 * <tr><td>CVE-2026-28472, any token will do</td><td>{@link #aTokenMustBeRightNotOnlyThere}</td></tr>
 * <tr><td>GHSA-rqpp-rjj8-7wv8, the client names its rights</td><td>{@link #nobodySaysWhoOneIsButTheGate}</td></tr>
 * <tr><td>GHSA-4jpw-hj22-2xmc, a token makes a wider one</td><td>{@link #noTokenMakesAnother}</td></tr>
 * <tr><td>ClawJacked, pages guess at localhost</td><td>{@link #aForeignPageCannotEvenGuess}</td></tr>
 * <tr><td>limiter counts each kind apart</td><td>{@link #wrongCredentialsOfAllKindsCountTogether}</td></tr>
 * <tr><td>CVE-2026-26322, address in a parameter</td><td>{@link #noParameterLeadsElsewhere}</td></tr>
 * <tr><td>exposed panels behind a proxy</td><td>{@link #comingFromLoopbackIsNoIdentity}</td></tr>
 * <tr><td>CVE-2025-64496, server sends an event to execute</td><td>{@link #aServersOwnEventsReachNobody}</td></tr>
 * <tr><td>CVE-2026-45349, chat ids without owners</td><td>{@link #theChatsOfOthersAreNotThere}</td></tr>
 * <tr><td>CVE-2026-44553, sockets outlive rights</td><td>{@link #aNewTokenClosesTheOldSockets}</td></tr>
 * <tr><td>CVE-2026-59216, other users' sockets</td><td>{@link #watchingAnothersChatShowsNothing}</td></tr>
 * <tr><td>CVE-2026-45339, a second way of signing in</td><td>{@link #thereIsOneWayInForAllCredentials}</td></tr>
 * <tr><td>CVE-2026-31950, resuming another's answer</td><td>{@link #anothersAnswerCannotBeResumed}</td></tr>
 * <tr><td>CVE-2026-31943, mapped IPv6 addresses</td><td>{@link #mappedAddressesAreTheSameSource}</td></tr>
 * <tr><td>CVE-2024-28224, DNS rebinding</td><td>{@link #aNameThatPointsHereIsNotOurs}</td></tr>
 * <tr><td>CVE-2025-63389, open to all</td><td>{@link #beyondLoopbackThereIsAlwaysAToken}</td></tr>
 * <tr><td>CVE-2026-21869, negative numbers</td><td>{@link #numbersAreCheckedAtTheEdge}</td></tr>
 * <tr><td>CVE-2026-42208, SQL in a key</td><td>{@link #aTokenIsNeverSql}</td></tr>
 * </table>
 */
class IncidentsTest {
    private static final String TOKEN = "a token for these tests";
    private static final String KEY = "session-0001";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final HttpClient http = HttpClient.newHttpClient();
    private RunningGateway gateway;
    private String anna;
    private String bert;

    private void start(String... more) {
        gateway = RunningGateway.start(proxy.address(), data, more);
    }

    private void startWithTwoAccounts() {
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            anna = accounts.add("anna");
            bert = accounts.add("bert");
        }
        start();
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        if (gateway != null) {
            gateway.close();
        }
        proxy.close();
    }

    private HttpResponse<String> call(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.http(path)).method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private int account(String... headers) throws IOException, InterruptedException {
        return call("GET", "/account", "", headers).statusCode();
    }

    private TestBrowser as(String token) {
        return TestBrowser.connect(gateway.webSocket(), null, "Authorization", "Bearer " + token);
    }

    /** Lets anna ask, and gives the turn. */
    private JsonNode annaAsks(TestBrowser page) throws InterruptedException {
        page.granted("chat.history", "sessionKey", KEY);
        return page.granted("chat.send", "sessionKey", KEY, "message", "a secret", "idempotencyKey", "send-0001");
    }

    private static void assertRefused(JsonNode response, String code) {
        assertThat(response.get("ok").asBoolean()).as(response.toString()).isFalse();
        assertThat(response.at("/error/code").asText()).as(response.toString()).isEqualTo(code);
    }

    @Test
    void aLocalSocketHasNoSettingsToChange() throws InterruptedException {
        start();
        try (var page = TestBrowser.connect(gateway.webSocket())) {
            for (String method : List.of("config.apply", "config.set", "settings.apply", "exec", "tools.invoke")) {
                assertRefused(page.ask(method, "raw", "{}"), "INVALID_REQUEST");
            }
        }
    }

    @Test
    void aTokenMustBeRightNotOnlyThere() throws IOException, InterruptedException {
        start("--token", TOKEN);
        for (String wrong : List.of("Bearer", "Bearer  ", "Bearer " + TOKEN + "x", "Bearer " + TOKEN.substring(1))) {
            assertThat(account("Authorization", wrong)).as(wrong).isEqualTo(401);
            assertThatThrownBy(() -> TestBrowser.connect(gateway.webSocket(), null, "Authorization", wrong))
                    .hasStackTraceContaining("401");
        }
        assertThat(account("Authorization", "Basic " + TOKEN)).isEqualTo(401);
        assertThat(account("Cookie", "llamero_session=" + TOKEN)).isEqualTo(401);
        assertThat(account("Authorization", "Bearer " + TOKEN)).isEqualTo(200);
    }

    @Test
    void nobodySaysWhoOneIsButTheGate() throws IOException, InterruptedException {
        startWithTwoAccounts();
        assertThat(call("GET", "/account?user=bert", "", "Authorization", "Bearer " + anna, "X-User", "bert")
                        .body())
                .contains("\"name\":\"anna\"");
        try (var page = as(anna);
                var other = as(bert)) {
            annaAsks(page);
            page.awaitEvent("turn.ended");
            other.ask("hello", "protocol", 1, "owner", "anna", "user", "anna", "role", "admin");
            JsonNode sessions = other.ask("sessions.list", "owner", "anna").at("/payload/sessions");
            assertThat(sessions).isEmpty();
        }
    }

    @Test
    void noTokenMakesAnother() throws IOException, InterruptedException {
        startWithTwoAccounts();
        for (String path : List.of("/users", "/account", "/tokens", "/v1/keys")) {
            int status = call("POST", path, "{\"name\":\"eve\"}", "Authorization", "Bearer " + anna)
                    .statusCode();
            assertThat(status).as(path).isIn(404, 405);
        }
        try (var page = as(anna)) {
            assertRefused(page.ask("users.add", "name", "eve"), "INVALID_REQUEST");
            assertRefused(page.ask("device.token.rotate", "scopes", "admin"), "INVALID_REQUEST");
        }
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            assertThat(accounts.list()).hasSize(2);
        }
    }

    @Test
    void aForeignPageCannotEvenGuess() throws IOException, InterruptedException {
        start("--token", TOKEN);
        for (int i = 0; i < 12; i++) {
            String guess = "Bearer guess " + i;
            assertThatThrownBy(() ->
                            TestBrowser.connect(gateway.webSocket(), "https://evil.example", "Authorization", guess))
                    .hasStackTraceContaining("403");
            assertThat(call("POST", "/sign-in", "token=guess" + i, "Origin", "https://evil.example")
                            .statusCode())
                    .isEqualTo(403);
        }
        // What a foreign page does locks nobody out either.
        assertThat(account("Authorization", "Bearer " + TOKEN)).isEqualTo(200);
    }

    @Test
    void wrongCredentialsOfAllKindsCountTogether() throws IOException, InterruptedException {
        start("--token", TOKEN);
        for (int i = 0; i < 4; i++) {
            account("Authorization", "Bearer guess " + i);
            call("POST", "/sign-in", "token=other+guess+" + i);
            account("Cookie", "llamero_session=cookie" + i);
        }
        assertThat(call("POST", "/sign-in", "token=a+token+for+these+tests").statusCode())
                .isEqualTo(429);
        assertThat(account("Authorization", "Bearer " + TOKEN)).isEqualTo(429);
        assertThat(account("Cookie", "llamero_session=another")).isEqualTo(429);
    }

    @Test
    void noParameterLeadsElsewhere() throws IOException, InterruptedException {
        start();
        try (var elsewhere = new ServerSocket(0);
                var page = TestBrowser.connect(gateway.webSocket())) {
            elsewhere.setSoTimeout(1);
            String address = "http://127.0.0.1:" + elsewhere.getLocalPort();
            page.granted("chat.history", "sessionKey", KEY);
            page.ask(
                    "chat.send",
                    "sessionKey",
                    KEY,
                    "message",
                    "x",
                    "idempotencyKey",
                    "send-0001",
                    "gatewayUrl",
                    address,
                    "endpoint",
                    address);
            call("POST", "/v1/chat/completions?gatewayUrl=" + address, "{\"base_url\":\"" + address + "\"}");
            assertThat(proxy.nextRequest()).isNotNull();
            assertThatThrownBy(elsewhere::accept).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void comingFromLoopbackIsNoIdentity() throws IOException, InterruptedException {
        start("--allowed-origins", "https://chat.example.org");
        assertThat(account()).isEqualTo(401);
        assertThat(account("X-Forwarded-For", "127.0.0.1", "X-Real-IP", "127.0.0.1"))
                .isEqualTo(401);
        assertThat(call("POST", "/v1/chat/completions", "{}").statusCode()).isEqualTo(401);
        assertThat(proxy.unseenRequests()).isZero();
    }

    @Test
    void aServersOwnEventsReachNobody() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin();
            reply.chunk("event: execute\ndata: {\"type\":\"execute\",\"code\":\"alert(1)\",\"event\":\"turn.tool\"}\n\n"
                    .getBytes(StandardCharsets.UTF_8));
            reply.content("harmless").end(1, 1);
        });
        start();
        try (var page = TestBrowser.connect(gateway.webSocket())) {
            annaAsks(page);
            JsonNode ended = page.awaitEvent("turn.ended");
            assertThat(ended.at("/answer/content").asText()).isEqualTo("harmless");
            assertThat(page.heardText()).doesNotContain("execute").doesNotContain("alert");
        }
    }

    @Test
    void theChatsOfOthersAreNotThere() throws InterruptedException {
        startWithTwoAccounts();
        try (var page = as(anna);
                var other = as(bert)) {
            JsonNode turn = annaAsks(page);
            page.awaitEvent("turn.ended");
            String turnId = turn.get("turnId").asText();
            assertThat(other.granted("chat.history", "sessionKey", KEY).get("messages"))
                    .isEmpty();
            assertRefused(other.ask("sessions.rename", "sessionKey", KEY, "title", "mine"), "NOT_FOUND");
            assertRefused(
                    other.ask("chat.send", "sessionKey", KEY, "message", "x", "idempotencyKey", "send-0002"),
                    "NOT_FOUND");
            assertRefused(other.ask("chat.retry", "turnId", turnId, "idempotencyKey", "send-0003"), "NOT_FOUND");
            assertThat(other.granted("chat.stop", "turnId", turnId)
                            .get("stopped")
                            .asBoolean())
                    .isFalse();
            other.ask("sessions.delete", "sessionKey", KEY);
            assertThat(page.granted("chat.history", "sessionKey", KEY).get("messages"))
                    .hasSize(2);
            assertThat(other.granted("debug").get("lastTurn").isNull()).isTrue();
            assertThat(other.heardText()).doesNotContain("a secret");
        }
    }

    @Test
    void aNewTokenClosesTheOldSockets() throws InterruptedException {
        startWithTwoAccounts();
        try (var page = as(anna);
                Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            accounts.set("anna", "her new token, long enough");
            gateway.beatLater(java.time.Duration.ZERO);
            assertThat(page.awaitClose()).startsWith("1008");
        }
    }

    @Test
    void watchingAnothersChatShowsNothing() throws InterruptedException {
        startWithTwoAccounts();
        try (var page = as(anna);
                var other = as(bert)) {
            other.granted("chat.history", "sessionKey", KEY);
            annaAsks(page);
            page.awaitEvent("turn.ended");
            other.granted("ping");
            assertThat(other.heardText())
                    .doesNotContain("a secret")
                    .doesNotContain("turn.")
                    .doesNotContain("session.");
        }
    }

    @Test
    void thereIsOneWayInForAllCredentials() throws IOException, InterruptedException {
        start("--token", TOKEN);
        for (String header : List.of("x-api-key", "X-Auth-Token", "token", "Proxy-Authorization")) {
            assertThat(account(header, TOKEN)).as(header).isEqualTo(401);
        }
        assertThat(call("GET", "/account?token=a+token+for+these+tests&access_token=x", "")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void anothersAnswerCannotBeResumed() throws InterruptedException {
        startWithTwoAccounts();
        try (var page = as(anna);
                var other = as(bert)) {
            String turnId = annaAsks(page).get("turnId").asText();
            page.awaitEvent("turn.ended");
            assertRefused(other.ask("chat.resume", "sessionKey", KEY, "turnId", turnId, "seq", 0), "NOT_FOUND");
        }
    }

    @Test
    void mappedAddressesAreTheSameSource() throws IOException, InterruptedException {
        start("--token", TOKEN, "--trusted-proxies", "127.0.0.1");
        for (int i = 0; i < 10; i++) {
            String source = i % 2 == 0 ? "10.0.0.1" : "::ffff:10.0.0.1";
            call("POST", "/sign-in", "token=guess" + i, "X-Forwarded-For", source);
        }
        assertThat(call("POST", "/sign-in", "token=x", "X-Forwarded-For", "10.0.0.1")
                        .statusCode())
                .isEqualTo(429);
    }

    @Test
    void aNameThatPointsHereIsNotOurs() throws IOException {
        start("--token", TOKEN);
        for (String path : List.of("/", "/sign-in", "/healthz", "/account", "/ws", "/v1/models")) {
            try (var socket = new java.net.Socket("127.0.0.1", gateway.port())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: rebound.example:" + gateway.port()
                                        + "\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                        .as(path)
                        .isEqualTo("HTTP/1.1 403");
            }
        }
    }

    @Test
    void beyondLoopbackThereIsAlwaysAToken() throws IOException, InterruptedException {
        Map<String, String> environment = Map.of("LLAMERO_CONFIG", "none.yaml");
        assertThat(Settings.read(List.of(), environment).host()).isEqualTo("127.0.0.1");
        assertThatThrownBy(() -> Settings.read(List.of("--host", "0.0.0.0"), environment))
                .isInstanceOf(SettingsException.class);
        start("--host", "0.0.0.0", "--allowed-origins", "http://192.168.1.20:18789");
        assertThat(account()).isEqualTo(401);
        try (Accounts accounts = Accounts.open(data, Clock.systemUTC())) {
            assertThat(accounts.list()).extracting(Accounts.Account::name).containsExactly("local");
        }
    }

    @Test
    void numbersAreCheckedAtTheEdge() throws InterruptedException {
        start();
        try (var page = TestBrowser.connect(gateway.webSocket())) {
            for (Object limit : new Object[] {-1, 0, 201, Long.MIN_VALUE, 1.5, "7"}) {
                assertRefused(page.ask("chat.history", "sessionKey", KEY, "limit", limit), "INVALID_REQUEST");
            }
            assertRefused(page.ask("chat.history", "sessionKey", KEY, "before", -5), "INVALID_REQUEST");
        }
    }

    @Test
    void aTokenIsNeverSql() throws IOException, InterruptedException {
        startWithTwoAccounts();
        for (String token : List.of("' OR '1'='1", "x' UNION SELECT name, token_hash FROM users --", "%", "\"")) {
            assertThat(account("Authorization", "Bearer " + token)).as(token).isEqualTo(401);
        }
        assertThat(account("Authorization", "Bearer " + anna)).isEqualTo(200);
    }
}
