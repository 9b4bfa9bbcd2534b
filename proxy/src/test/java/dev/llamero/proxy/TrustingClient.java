package dev.llamero.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client that trusts the roots of one PEM file and nothing else. */
final class TrustingClient {
    private static final int WAIT_MILLIS = 20_000;

    private final SSLContext context;

    TrustingClient(Path roots) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(roots)) {
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("root" + store.size(), root);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
    }

    HttpClient http(HttpClient.Version version) {
        return HttpClient.newBuilder().sslContext(context).version(version).build();
    }

    static HttpRequest post(int port, String body) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/v1/chat/completions"))
                .timeout(Duration.ofMillis(WAIT_MILLIS))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> chat(HttpClient.Version version, int port, String body) throws Exception {
        try (HttpClient client = http(version)) {
            return client.send(post(port, body), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** A fresh connection, its handshake done. */
    SSLSocket connect(int port) throws IOException {
        return connect(port, "");
    }

    /** @param protocol to agree on, or empty for a client that knows of none */
    SSLSocket connect(int port, String protocol) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(WAIT_MILLIS);
        if (!protocol.isEmpty()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        if (!protocol.isEmpty() && !protocol.equals(socket.getApplicationProtocol())) {
            throw new AssertionError(protocol + " was not agreed on");
        }
        return socket;
    }

    /** The same with patience: on a busy machine a handshake may itself be cut by the limit under test. */
    SSLSocket patiently(int port, String protocol) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return connect(port, protocol);
            } catch (SSLException | SocketException e) {
                if (tries == 50) {
                    throw e;
                }
            }
        }
    }

    /** The certificate that a new connection is shown. */
    X509Certificate shown(int port) throws IOException {
        // A context of its own would be needed to keep sessions apart: a resumed one shows the old certificate.
        context.getClientSessionContext().setSessionTimeout(1);
        try (SSLSocket socket = connect(port)) {
            socket.getSession().invalidate();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
