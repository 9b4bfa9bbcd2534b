package dev.llamero.gateway.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.llamero.gateway.access.AccessException;
import dev.llamero.gateway.access.Accounts;
import dev.llamero.gateway.access.Caller;
import dev.llamero.gateway.access.Gate;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The page that asks for a token, and the cookie that is given for it. A plain form without a script, so that nothing
 * but the browser sees the token. Immutable, runs on request threads.
 */
public final class SignIn {
    static final String PATH = "/sign-in";

    /** What everybody may ask for: nothing in it is anybody's. */
    private static final Set<String> OPEN = Set.of(PATH, "/sign-in.css", "/icon.svg", "/healthz");

    private static final HeaderName POLICY = HeaderNames.create("Content-Security-Policy");
    /** This page sends a form to us, and does nothing else. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; img-src 'self';"
            + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static final int FORM_BYTES_MAX = 4096;
    private static final System.Logger LOG = System.getLogger(SignIn.class.getName());

    private final Gate gate;
    private final Accounts accounts;
    private final OriginGuard guard;
    private final Consumer<Caller> onSignOut;
    private final String page = resource("sign-in.html");
    private final String style = resource("sign-in.css");

    /** @param onSignOut closes what this sign-in has open */
    public SignIn(Gate gate, Accounts accounts, OriginGuard guard, Consumer<Caller> onSignOut) {
        this.gate = gate;
        this.accounts = accounts;
        this.guard = guard;
        this.onSignOut = onSignOut;
    }

    /** Whether this can be had without a credential. */
    static boolean isOpen(String rawPath) {
        return OPEN.contains(rawPath) || rawPath.startsWith("/assets/");
    }

    public void routes(HttpRules rules) {
        rules.get(PATH, this::show)
                .post(PATH, this::signIn)
                .post("/sign-out", this::signOut)
                .get("/account", SignIn::account)
                .get("/sign-in.css", (request, response) -> {
                    response.headers().set(HeaderNames.CONTENT_TYPE, "text/css; charset=utf-8");
                    response.send(style.getBytes(StandardCharsets.UTF_8));
                });
    }

    private void show(ServerRequest request, ServerResponse response) {
        if (!gate.isClosed()) {
            toChat(response);
            return;
        }
        send(request.headers(), response, Status.OK_200, "");
    }

    private void signIn(ServerRequest request, ServerResponse response) {
        if (!gate.isClosed()) {
            toChat(response);
            return;
        }
        try {
            Caller caller = gate.byToken(request.headers(), token(request));
            setCookie(request.headers(), response, accounts.signIn(caller), Accounts.SIGN_IN_SECONDS);
            LOG.log(System.Logger.Level.INFO, "user " + caller.name() + " signed in");
            toChat(response);
        } catch (AccessException e) {
            LOG.log(System.Logger.Level.WARNING, "a sign-in failed: " + e.getMessage());
            if (e.retryAfterSeconds() > 0) {
                response.header(HeaderNames.RETRY_AFTER, Long.toString(e.retryAfterSeconds()));
            }
            send(request.headers(), response, Status.create(e.status()), e.getMessage());
        }
    }

    private static String token(ServerRequest request) {
        byte[] form;
        try (InputStream in = request.content().inputStream()) {
            form = in.readNBytes(FORM_BYTES_MAX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String field : new String(form, StandardCharsets.UTF_8).split("&")) {
            if (field.startsWith("token=")) {
                try {
                    return URLDecoder.decode(field.substring("token=".length()), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException e) {
                    // A broken escape is a wrong token.
                    return field;
                }
            }
        }
        return "";
    }

    private void signOut(ServerRequest request, ServerResponse response) {
        Caller caller = callerOf(request);
        if (!caller.signIn().isEmpty()) {
            accounts.signOut(caller);
            onSignOut.accept(caller);
        }
        setCookie(request.headers(), response, "", 0);
        response.status(Status.SEE_OTHER_303)
                .header(HeaderNames.LOCATION, gate.isClosed() ? PATH : "/")
                .send();
    }

    /** Who is signed in, for the page. */
    private static void account(ServerRequest request, ServerResponse response) {
        Caller caller = callerOf(request);
        response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(JsonNodeFactory.instance
                .objectNode()
                .put("name", caller.name())
                .put("signedIn", caller.isSignedIn())
                .toString()
                .getBytes(StandardCharsets.UTF_8));
    }

    /** Whom the filter found. */
    static Caller callerOf(ServerRequest request) {
        return request.context().get(Caller.class).orElseThrow();
    }

    private static void toChat(ServerResponse response) {
        response.status(Status.SEE_OTHER_303).header(HeaderNames.LOCATION, "/").send();
    }

    private void setCookie(Headers headers, ServerResponse response, String value, long seconds) {
        boolean secure = guard.isTlsName(headers) || gate.isSecure(headers);
        response.header(
                HeaderNames.SET_COOKIE,
                Gate.COOKIE + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Strict"
                        + (secure ? "; Secure" : ""));
    }

    private void send(Headers headers, ServerResponse response, Status status, String failure) {
        boolean chinese = headers.first(HeaderNames.ACCEPT_LANGUAGE)
                .filter(languages -> languages.toLowerCase(Locale.ROOT).startsWith("zh"))
                .isPresent();
        String html = page.replace("{{lang}}", chinese ? "zh" : "en")
                .replace("{{title}}", chinese ? "登录 Llamero" : "Sign in to Llamero")
                .replace("{{label}}", chinese ? "访问令牌" : "Access token")
                .replace("{{button}}", chinese ? "登录" : "Sign in")
                .replace(
                        "{{hint}}",
                        chinese
                                ? "令牌在网关首次启动时显示一次。在该机器上运行 ./llamero user add 名字 可新建一个。"
                                : "The gateway showed a token once, at its first start. On its machine,"
                                        + " ./llamero user add NAME makes another one.")
                .replace("{{failure}}", escaped(failure));
        response.headers().set(POLICY, CONTENT_SECURITY_POLICY);
        response.headers().set(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
        response.status(status).send(html.getBytes(StandardCharsets.UTF_8));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream in = SignIn.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
