package dev.llamero.proxy.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;

/**
 * Keeps a listener's certificate: gets the first, and with one thread the next, before the last has ended. A failure
 * keeps what is there, is logged, and is tried again, at growing intervals. New handshakes see a new certificate at
 * once; open connections keep theirs.
 */
public final class Certificates implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Certificates.class.getName());
    private static final Duration LOOK_AT_FILES = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(6);

    /** Renewals of many machines with one birthday are spread over so much of a certificate's life. */
    private static final int JITTER_PARTS = 20;

    private final TlsPlan plan;
    private final Clock clock;
    private final CurrentIdentity current;
    private final Optional<AcmeClient> acme;
    private final ReentrantLock renewing = new ReentrantLock();
    private final Thread thread =
            Thread.ofPlatform().name("certificates").daemon().unstarted(this::run);
    private List<FileTime> seen = List.of();
    private volatile Instant next;
    private Duration pause = FIRST_PAUSE;

    /**
     * Gets the first certificate. With ACME and none in store that is one of our own until the server has answered,
     * which needs our listeners.
     *
     * @throws IllegalArgumentException if the files or folder of the plan cannot be used; names the file and the fault
     */
    public Certificates(TlsPlan plan) {
        this(plan, Clock.systemUTC());
    }

    Certificates(TlsPlan plan, Clock clock) {
        this.plan = plan;
        this.clock = clock;
        this.acme = plan instanceof TlsPlan.Acme order ? Optional.of(new AcmeClient(order)) : Optional.empty();
        try {
            this.current = new CurrentIdentity(first());
        } catch (Identity.BadIdentityException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private Identity first() {
        Instant now = clock.instant();
        return switch (plan) {
            case TlsPlan.Off _ -> throw new IllegalArgumentException("there is no certificate without TLS");
            case TlsPlan.Files files -> {
                seen = times(files);
                next = now.plus(LOOK_AT_FILES);
                yield Identity.read(files.certificate(), files.key());
            }
            case TlsPlan.Local local -> {
                var authority = LocalAuthority.in(local.folder(), clock);
                Identity leaf = authority.leaf(names(local));
                next = leaf.renewAt();
                LOG.log(
                        System.Logger.Level.INFO,
                        "certificates are signed by the CA of this machine; so that clients trust it, give them "
                                + local.folder().resolve("root.pem") + " (curl --cacert FILE; browsers: import it as"
                                + " an authority; Debian: copy it to /usr/local/share/ca-certificates/llamero.crt and"
                                + " run update-ca-certificates)");
                yield leaf;
            }
            case TlsPlan.Acme order -> {
                Optional<Identity> stored = acme.orElseThrow().stored(now);
                next = stored.map(this::withJitter).orElse(now);
                yield stored.orElseGet(() -> LocalAuthority.ephemeral(clock).leaf(order.names()));
            }
        };
    }

    /** Begins to look after it: call when the listeners run, since an ACME server asks them. */
    public void start() {
        thread.start();
    }

    /** What a listener is made with; lives as long as this. */
    public SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {current}, null, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** What a handshake is shown now. */
    X509Certificate shown() {
        return current.get().chain().getFirst();
    }

    /** When it looks after the certificate again. */
    Instant nextLook() {
        return next;
    }

    /** The answer to an ACME server that asks for this path on plain HTTP, if it is one that was promised. */
    public Optional<String> challengeAnswer(String path) {
        return path.startsWith(AcmeClient.CHALLENGE_PATH)
                ? acme.flatMap(client -> client.answer(path.substring(AcmeClient.CHALLENGE_PATH.length())))
                : Optional.empty();
    }

    /**
     * Reads files again, whether they have changed or not.
     *
     * @throws IllegalArgumentException if they are not good; then the old certificate stays
     */
    public void reload() {
        if (!(plan instanceof TlsPlan.Files files)) {
            return;
        }
        renewing.lock();
        try {
            seen = times(files);
            current.swap(Identity.read(files.certificate(), files.key()));
            LOG.log(
                    System.Logger.Level.INFO,
                    "certificate read anew from " + files.certificate() + ", good until "
                            + current.get().ends());
        } catch (Identity.BadIdentityException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } finally {
            renewing.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                Duration wait = Duration.between(clock.instant(), next);
                Thread.sleep(wait.isPositive() ? wait : Duration.ZERO);
                renew();
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "certificates are no longer looked after");
        }
    }

    private void renew() throws InterruptedException {
        Instant now = clock.instant();
        switch (plan) {
            case TlsPlan.Off _ -> throw new IllegalStateException("no TLS");
            case TlsPlan.Files files -> {
                next = now.plus(LOOK_AT_FILES);
                lookAt(files);
            }
            case TlsPlan.Local local -> {
                current.swap(LocalAuthority.in(local.folder(), clock).leaf(names(local)));
                next = current.get().renewAt();
            }
            case TlsPlan.Acme order -> order(order, now);
        }
    }

    private void lookAt(TlsPlan.Files files) {
        if (!times(files).equals(seen)) {
            try {
                reload();
            } catch (IllegalArgumentException e) {
                // Half of the pair may be written and the other half not yet: the next change is another chance.
                LOG.log(System.Logger.Level.WARNING, "the old certificate stays: " + e.getMessage());
            }
        }
    }

    private void order(TlsPlan.Acme order, Instant now) throws InterruptedException {
        try {
            current.swap(acme.orElseThrow().order());
            pause = FIRST_PAUSE;
            // A server whose clock is far from ours must not be asked without end.
            Instant due = withJitter(current.get());
            next = due.isAfter(now.plus(pause)) ? due : now.plus(pause);
            LOG.log(
                    System.Logger.Level.INFO,
                    "certificate for " + order.names() + " from "
                            + order.directory().getHost() + ", good until "
                            + current.get().ends());
        } catch (AcmeException | IOException | GeneralSecurityException | RuntimeException e) {
            next = now.plus(pause);
            if (e instanceof AcmeRateLimitedException limited
                    && limited.getRetryAfter().isPresent()
                    && limited.getRetryAfter().get().isAfter(next)) {
                next = limited.getRetryAfter().get();
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            LOG.log(
                    System.Logger.Level.ERROR,
                    "no certificate for " + order.names() + " yet; next try at " + next + ": " + e.getMessage());
        }
    }

    private Instant withJitter(Identity identity) {
        long spread = Duration.between(identity.renewAt(), identity.ends()).toMillis() / JITTER_PARTS;
        return identity.renewAt().plusMillis(ThreadLocalRandom.current().nextLong(Math.max(1, spread)));
    }

    private static List<String> names(TlsPlan.Local local) {
        if (!local.names().isEmpty()) {
            return local.names();
        }
        var names = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
        try {
            String host = InetAddress.getLocalHost().getHostName();
            if (!names.contains(host) && host.matches("[A-Za-z0-9.-]+")) {
                names.add(host);
            }
        } catch (UnknownHostException e) {
            LOG.log(System.Logger.Level.DEBUG, "this machine has no name of its own", e);
        }
        return names;
    }

    private static List<FileTime> times(TlsPlan.Files files) {
        try {
            return List.of(time(files.certificate()), time(files.key()));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static FileTime time(Path file) throws IOException {
        return Files.getLastModifiedTime(file);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
