package dev.llamero.proxy.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Gives each handshake the certificate of the moment. A handshake takes the alias and then its parts one by one, so the
 * alias names the identity and the one before is kept: a swap in between mixes nothing. Any number of threads.
 */
final class CurrentIdentity extends X509ExtendedKeyManager {
    private volatile Numbered current;
    private volatile Numbered previous;

    private record Numbered(String alias, Identity identity) {}

    CurrentIdentity(Identity first) {
        current = new Numbered("0", first);
    }

    Identity get() {
        return current.identity();
    }

    synchronized void swap(Identity next) {
        previous = current;
        current = new Numbered(String.valueOf(Integer.parseInt(current.alias()) + 1), next);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return alias(keyType);
    }

    private String alias(String keyType) {
        Numbered now = current;
        String has = now.identity().chain().getFirst().getPublicKey().getAlgorithm();
        boolean fits = keyType.equals(has)
                || has.equals("EC") && keyType.startsWith("EC")
                || has.equals("RSA") && keyType.startsWith("RSA")
                || has.startsWith("Ed") && keyType.startsWith("Ed");
        return fits ? now.alias() : null;
    }

    private Identity of(String alias) {
        Numbered old = previous;
        return old != null && old.alias().equals(alias) ? old.identity() : current.identity();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        String alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String toString() {
        return "identity " + Arrays.toString(new String[] {current.alias()});
    }
}
