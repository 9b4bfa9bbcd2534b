package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.gateway.access.Accounts;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that others may reach: who gets in, with what, and until when. */
class SignInTest {
    private static final String TOKEN = "a token for these tests";
    private static final String COMPLETIONS = "/v1/chat/completions";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final HttpClient http = HttpClient.newHttpClient();
    private RunningGateway gateway;

    private void start(String... more) {
        gateway = RunningGateway.start(proxy.address(), data, more);
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        gateway.close();
        proxy.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.http(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.http(path)).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> signIn(String token, String... headers) throws IOException, InterruptedException {
        return post("/sign-in", "token=" + URLEncoder.encode(token, StandardCharsets.UTF_8), headers);
    }

    private static String cookie(HttpResponse<?> response) {
        return response.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
    }

    @Test
    void withoutATokenThereIsOnlyTheSignInPage() throws IOException, InterruptedException {
        start("--token", TOKEN);
        for (String path : new String[] {"/", "/debug", "/v1/models", "/account", "/files.json", "/nothing"}) {
            HttpResponse<String> refused = get(path);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.body()).contains("sign_in_required").contains("/sign-in");
            assertThat(refused.headers().firstValue("www-authenticate")).isPresent();
        }
        assertThat(post(COMPLETIONS, "{}").statusCode()).isEqualTo(401);
        assertThat(post("/sign-out", "").statusCode()).isEqualTo(401);
        assertThatThrownBy(() -> TestBrowser.connect(gateway.webSocket())).hasStackTraceContaining("401");
        assertThat(get("/healthz").body()).isEqualTo("{\"status\":\"ok\"}");
        HttpResponse<String> person = get("/", "Accept", "text/html,*/*");
        assertThat(person.statusCode()).isEqualTo(303);
        assertThat(person.headers().firstValue("location")).contains("/sign-in");
        HttpResponse<String> page = get("/sign-in", "Accept-Language", "zh-CN,zh");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("lang=\"zh\"").doesNotContain("<script", "style=", "{{");
        assertThat(page.headers().allValues("content-security-policy"))
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("default-src 'none'")
                .contains("form-action 'self'");
        assertThat(get("/sign-in.css").statusCode()).isEqualTo(200);
        assertThat(proxy.unseenRequests()).isZero();
    }

    @Test
    void theCookieOpensPageApiAndSocketUntilSigningOut() throws IOException, InterruptedException {
        start("--token", TOKEN);
        HttpResponse<String> in = signIn(TOKEN, "Origin", "http://" + gateway.host());
        assertThat(in.statusCode()).isEqualTo(303);
        assertThat(in.headers().firstValue("set-cookie").orElseThrow())
                .contains("; HttpOnly")
                .contains("; SameSite=Strict")
                .contains("; Path=/")
                .doesNotContain("Secure")
                .doesNotContain(TOKEN);
        String cookie = cookie(in);
        assertThat(get("/", "Cookie", "other=1; " + cookie).statusCode()).isEqualTo(200);
        assertThat(get("/v1/models", "Cookie", cookie).statusCode()).isEqualTo(200);
        assertThat(get("/account", "Cookie", cookie).body()).isEqualTo("{\"name\":\"local\",\"signedIn\":true}");
        try (var page = TestBrowser.connect(gateway.webSocket(), null, "Cookie", cookie)) {
            page.granted("hello", "protocol", 1);
            HttpResponse<String> out = post("/sign-out", "", "Cookie", cookie);
            assertThat(out.statusCode()).isEqualTo(303);
            assertThat(out.headers().firstValue("set-cookie").orElseThrow()).contains("Max-Age=0");
            assertThat(page.awaitClose()).isEqualTo("1008 sign in again");
        }
        assertThat(get("/", "Cookie", cookie).statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenOpensTheApiAndStaysHere() throws IOException, InterruptedException {
        start("--token", TOKEN, "--model-api-key", "sk-ours");
        proxy.answers((request, reply) -> reply.begin().content("yes").end(1, 1));
        HttpResponse<String> answer = post(COMPLETIONS, "{}", "Authorization", "Bearer " + TOKEN);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(proxy.nextRequest().headers()).containsEntry("authorization", "Bearer sk-ours");
    }

    @Test
    void withoutAccountsTheApiHandsTheCallersKeyOnAndNoForwardedHeaders() throws IOException, InterruptedException {
        start();
        proxy.answers((request, reply) -> reply.begin().content("yes").end(1, 1));
        post(COMPLETIONS, "{}", "Authorization", "Bearer sk-mine", "X-Forwarded-For", "1.2.3.4", "Cookie", "a=b");
        assertThat(proxy.nextRequest().headers())
                .containsEntry("authorization", "Bearer sk-mine")
                .doesNotContainKeys("x-forwarded-for", "cookie");
        assertThat(get("/sign-in").statusCode()).isEqualTo(303);
        assertThat(get("/account").body()).isEqualTo("{\"name\":\"local\",\"signedIn\":false}");
    }

    @Test
    void theCookieNeedsTlsWhereBrowsersHaveIt() throws IOException, InterruptedException {
        start("--token", TOKEN, "--trusted-proxies", "127.0.0.1");
        assertThat(signIn(TOKEN, "X-Forwarded-Proto", "https")
                        .headers()
                        .firstValue("set-cookie")
                        .orElseThrow())
                .contains("; Secure");
    }

    @Test
    void nobodyButAListedProxySaysWhoItSpeaksFor() throws IOException, InterruptedException {
        start("--token", TOKEN);
        assertThat(signIn(TOKEN, "X-Forwarded-Proto", "https")
                        .headers()
                        .firstValue("set-cookie")
                        .orElseThrow())
                .doesNotContain("Secure");
        for (int i = 0; i < 10; i++) {
            assertThat(signIn("wrong " + i, "X-Forwarded-For", "10.0.0." + i).statusCode())
                    .isEqualTo(401);
        }
        HttpResponse<String> locked = signIn(TOKEN, "X-Forwarded-For", "10.0.0.99");
        assertThat(locked.statusCode()).isEqualTo(429);
        assertThat(locked.headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void behindAListedProxyEachSourceCountsForItself() throws IOException, InterruptedException {
        start("--token", TOKEN, "--trusted-proxies", "127.0.0.1");
        for (int i = 0; i < 10; i++) {
            signIn("wrong " + i, "X-Forwarded-For", "6.6.6.6, 10.0.0.1");
        }
        assertThat(signIn(TOKEN, "X-Forwarded-For", "7.7.7.7, 10.0.0.1").statusCode())
                .isEqualTo(429);
        assertThat(signIn(TOKEN, "X-Forwarded-For", "10.0.0.2").statusCode()).isEqualTo(303);
    }

    @Test
    void aRemovedAccountLosesItsSocketsAtTheNextBeat() throws IOException, InterruptedException {
        try (Accounts commandLine = Accounts.open(data, Clock.systemUTC())) {
            String anna = commandLine.add("anna");
            String bert = commandLine.add("bert");
            start();
            try (var annas = TestBrowser.connect(gateway.webSocket(), null, "Authorization", "Bearer " + anna);
                    var berts = TestBrowser.connect(gateway.webSocket(), null, "Authorization", "Bearer " + bert)) {
                annas.granted("ping");
                commandLine.remove("anna");
                gateway.beatLater(Duration.ZERO);
                assertThat(annas.awaitClose()).isEqualTo("1008 sign in again");
                berts.granted("ping");
            }
            assertThat(get("/account", "Authorization", "Bearer " + anna).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void theFirstAccountClosesAGatewayThatWasOpen() throws IOException, InterruptedException {
        start();
        try (var page = TestBrowser.connect(gateway.webSocket());
                Accounts commandLine = Accounts.open(data, Clock.systemUTC())) {
            page.granted("ping");
            commandLine.add("anna");
            gateway.beatLater(Duration.ZERO);
            assertThat(page.awaitClose()).isEqualTo("1008 sign in again");
            assertThat(get("/account").statusCode()).isEqualTo(401);
        }
    }
}
