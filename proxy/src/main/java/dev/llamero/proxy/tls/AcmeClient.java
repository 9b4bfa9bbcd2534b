package dev.llamero.proxy.tls;

import dev.llamero.proxy.files.PrivateFile;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;
import org.shredzone.acme4j.util.KeyPairUtils;

/**
 * Gets a certificate from an ACME server (RFC 8555) by the challenge http-01: the server asks our plain HTTP listener
 * for a token. One thread orders; any number answer.
 */
final class AcmeClient {
    /** Where the server asks, before the token (RFC 8555, section 8.3). */
    static final String CHALLENGE_PATH = "/.well-known/acme-challenge/";

    private static final System.Logger LOG = System.getLogger(AcmeClient.class.getName());
    private static final Duration STEP_WAIT = Duration.ofSeconds(90);

    private final TlsPlan.Acme plan;
    private final Path folder;
    private final Map<String, String> answers = new ConcurrentHashMap<>();

    AcmeClient(TlsPlan.Acme plan) {
        this.plan = plan;
        // Accounts of different servers, a staging one say, must not mix.
        this.folder = plan.folder().resolve(plan.directory().getHost());
    }

    /** What the HTTP listener answers below {@link #CHALLENGE_PATH}. */
    Optional<String> answer(String token) {
        return Optional.ofNullable(answers.get(token));
    }

    /** The certificate of an earlier order, if it is for these names and still good. */
    Optional<Identity> stored(java.time.Instant now) {
        Path file = folder.resolve("certificate.pem");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Identity kept = Identity.read(file, file);
            return kept.ends().isAfter(now) && kept.names().containsAll(plan.names())
                    ? Optional.of(kept)
                    : Optional.empty();
        } catch (Identity.BadIdentityException e) {
            LOG.log(System.Logger.Level.WARNING, "ordering another certificate: " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Orders a new certificate with a new key and stores it.
     *
     * @throws AcmeException if the server refuses; its message says why
     */
    Identity order() throws AcmeException, IOException, GeneralSecurityException, InterruptedException {
        Login login = login();
        Order order = login.newOrder().domains(plan.names()).create();
        try {
            for (Authorization authorization : order.getAuthorizations()) {
                if (authorization.getStatus() != Status.VALID) {
                    prove(authorization);
                }
            }
        } finally {
            answers.clear();
        }
        KeyPair pair = LocalAuthority.newKey();
        order.waitUntilReady(STEP_WAIT);
        order.execute(pair);
        if (order.waitForCompletion(STEP_WAIT) != Status.VALID) {
            throw new AcmeException("the ACME server did not issue the certificate"
                    + order.getError().map(AcmeClient::words).orElse(""));
        }
        var identity = new Identity(pair.getPrivate(), order.getCertificate().getCertificateChain());
        identity.write(folder.resolve("certificate.pem"));
        return identity;
    }

    private void prove(Authorization authorization) throws AcmeException, InterruptedException {
        String name = authorization.getIdentifier().getDomain();
        Http01Challenge challenge = authorization
                .findChallenge(Http01Challenge.class)
                .orElseThrow(() -> new AcmeException("the ACME server does not offer http-01 for " + name));
        answers.put(challenge.getToken(), challenge.getAuthorization());
        challenge.trigger();
        if (authorization.waitForCompletion(STEP_WAIT) != Status.VALID) {
            challenge.fetch();
            throw new AcmeException("the ACME server could not verify " + name + " at http://" + name + CHALLENGE_PATH
                    + " (does the public port 80 of that name lead to http-port here?)"
                    + challenge.getError().map(AcmeClient::words).orElse(""));
        }
    }

    private static String words(Problem problem) {
        return ": " + problem.getDetail().orElseGet(problem::toString);
    }

    private Login login() throws AcmeException, IOException, GeneralSecurityException {
        var session = new Session(plan.directory(), new Provider(plan.root()));
        var account = new AccountBuilder().agreeToTermsOfService().useKeyPair(accountKey());
        plan.email().ifPresent(account::addEmail);
        // Asks for the account of this key, and makes it only if there is none.
        return account.createLogin(session);
    }

    private KeyPair accountKey() throws IOException, GeneralSecurityException {
        Path file = folder.resolve("account.key");
        if (Files.exists(file)) {
            try (var reader = Files.newBufferedReader(file)) {
                return KeyPairUtils.readKeyPair(reader);
            }
        }
        // A key of Bouncy Castle's carries its curve in the form that is read back here; one of the JDK does not.
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair fresh = generator.generateKeyPair();
        var text = new StringWriter();
        KeyPairUtils.writeKeyPair(fresh, text);
        PrivateFile.write(file, text.toString());
        return fresh;
    }

    /** Any ACME server, one with a private root too. */
    private static final class Provider extends GenericAcmeProvider {
        private final Optional<Path> root;

        private Provider(Optional<Path> root) {
            this.root = root;
        }

        @Override
        public boolean accepts(URI server) {
            return "https".equals(server.getScheme());
        }

        @Override
        public HttpClient createHttpClient(NetworkSettings settings) {
            HttpClient.Builder client = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .connectTimeout(settings.getTimeout());
            root.ifPresent(file -> client.sslContext(trusting(Identity.certificates(file))));
            return client.build();
        }

        private static SSLContext trusting(List<java.security.cert.X509Certificate> roots) {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                for (int i = 0; i < roots.size(); i++) {
                    store.setCertificateEntry("root" + i, roots.get(i));
                }
                var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(store);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, trust.getTrustManagers(), null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException("the root of the ACME server cannot be trusted", e);
            }
        }
    }
}
