package dev.llamero.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a public certificate is renewed, and what happens where that fails. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class RenewalTest {
    private static final List<String> NAMES = List.of("llm.example.org");

    @TempDir
    Path folder;

    private final AtomicReference<Certificates> asked = new AtomicReference<>();
    private HttpServer listener;

    @BeforeEach
    void listen() throws Exception {
        Assumptions.assumeTrue(PebbleServer.isInstalled(), "Debian's package pebble is not installed");
        listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listener.createContext("/", exchange -> {
            byte[] answer = asked.get()
                    .challengeAnswer(exchange.getRequestURI().getPath())
                    .orElse("none")
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        listener.start();
    }

    @AfterEach
    void stop() {
        if (listener != null) {
            listener.stop(0);
        }
    }

    @Test
    void afterTwoThirdsOfItsLifeAnotherComesAndTheAccountStays() throws Exception {
        try (var pebble = new PebbleServer(folder, listener.getAddress().getPort())) {
            X509Certificate first = issued(plan(pebble), Clock.systemUTC(), null);
            byte[] account = Files.readAllBytes(folder.resolve("store/127.0.0.1/account.key"));
            Clock late =
                    Clock.offset(Clock.systemUTC(), life(first).multipliedBy(3).dividedBy(4));
            X509Certificate second = issued(plan(pebble), late, first);
            assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
            assertThat(second.getPublicKey()).as("a new key").isNotEqualTo(first.getPublicKey());
            assertThat(Files.readAllBytes(folder.resolve("store/127.0.0.1/account.key")))
                    .isEqualTo(account);
        }
    }

    @Test
    void aFailureKeepsTheOldOne() throws Exception {
        TlsPlan.Acme plan;
        X509Certificate first;
        try (var pebble = new PebbleServer(folder, listener.getAddress().getPort())) {
            plan = plan(pebble);
            first = issued(plan, Clock.systemUTC(), null);
        }
        Clock late = Clock.offset(Clock.systemUTC(), life(first).multipliedBy(3).dividedBy(4));
        try (var certificates = new Certificates(plan, late)) {
            certificates.start();
            await(() -> certificates.nextLook().isAfter(late.instant().plusSeconds(30)));
            assertThat(certificates.shown()).isEqualTo(first);
            assertThat(certificates.nextLook()).isBefore(late.instant().plusSeconds(90));
        }
    }

    @Test
    void aNameThatCannotBeProvenIsNoCertificateAndNoEnd() throws Exception {
        // It asks where nobody listens.
        try (var pebble = new PebbleServer(folder, PebbleServer.freePort());
                var certificates = new Certificates(plan(pebble))) {
            asked.set(certificates);
            Instant began = Instant.now();
            X509Certificate own = certificates.shown();
            certificates.start();
            await(() -> certificates.nextLook().isAfter(began.plusSeconds(30)));
            assertThat(certificates.shown()).isEqualTo(own);
        }
    }

    @Test
    void aDamagedStoreIsReplaced() throws Exception {
        try (var pebble = new PebbleServer(folder, listener.getAddress().getPort())) {
            issued(plan(pebble), Clock.systemUTC(), null);
            Files.writeString(folder.resolve("store/127.0.0.1/certificate.pem"), "-----BEGIN");
            assertThat(issued(plan(pebble), Clock.systemUTC(), null)).isNotNull();
        }
    }

    /** The certificate that comes next after {@code old}, or after one of our own. */
    private X509Certificate issued(TlsPlan.Acme plan, Clock clock, X509Certificate old) throws Exception {
        try (var certificates = new Certificates(plan, clock)) {
            asked.set(certificates);
            X509Certificate before = certificates.shown();
            if (old != null) {
                assertThat(before).as("the stored one").isEqualTo(old);
            }
            certificates.start();
            await(() -> !certificates.shown().equals(before));
            return certificates.shown();
        }
    }

    private TlsPlan.Acme plan(PebbleServer pebble) {
        return new TlsPlan.Acme(
                NAMES, pebble.directory(), Optional.empty(), Optional.of(pebble.root()), folder.resolve("store"));
    }

    private static Duration life(X509Certificate certificate) {
        return Duration.between(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    private static void await(java.util.function.BooleanSupplier state) throws InterruptedException {
        for (int i = 0; i < 1000 && !state.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertThat(state.getAsBoolean()).isTrue();
    }
}
