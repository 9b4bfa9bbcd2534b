package dev.llamero.proxy;

import dev.llamero.settings.Setting;
import java.util.List;

/** The settings of the listener itself: TLS, the limits of connections, which pages may call. */
final class KnownEdgeSettings {
    static final Setting TLS = new Setting(
            "tls",
            List.of("LLAMERO_PROXY_TLS"),
            "off",
            "Where the certificate comes from: files, acme (a public one, got and renewed by itself), local (from a CA"
                    + " of this machine) or off.");
    static final Setting TLS_NAMES = new Setting(
            "tls-names",
            List.of("LLAMERO_PROXY_TLS_NAMES"),
            "",
            "Host names of the certificate with tls acme or local, commas between. Default for local: localhost,"
                    + " 127.0.0.1, ::1 and this machine's name.");
    static final Setting TLS_CERT = new Setting(
            "tls-cert",
            List.of(),
            "",
            "PEM file with the certificate and its chain, for tls files. Read again when it changes.");
    static final Setting TLS_KEY = new Setting(
            "tls-key", List.of(), "", "PEM file with its private key: PKCS#8, PKCS#1 or SEC1, not encrypted.");
    static final Setting TLS_FOLDER = new Setting(
            "tls-folder",
            List.of("LLAMERO_PROXY_TLS_FOLDER"),
            "",
            "Where keys and certificates of tls acme and local are kept. Default: .llamero/acme and .llamero/ca in the"
                    + " home folder.");
    static final Setting ACME_EMAIL = new Setting(
            "acme-email", List.of(), "", "Where the public CA writes to when something is wrong. May be left out.");
    static final Setting ACME_DIRECTORY = new Setting(
            "acme-directory",
            List.of("LLAMERO_PROXY_ACME_DIRECTORY"),
            "https://acme-v02.api.letsencrypt.org/directory",
            "The ACME server. With tls acme you agree to its terms.");
    static final Setting ACME_ROOT = new Setting(
            "acme-root",
            List.of(),
            "",
            "PEM file of the root that the ACME server's own certificate hangs on, if that is a private one.");
    static final Setting HTTP_PORT = new Setting(
            "http-port",
            List.of("LLAMERO_PROXY_HTTP_PORT"),
            "off",
            "With TLS: port for plain HTTP that answers the ACME server and sends all else to https. The public port"
                    + " 80 must lead there for tls acme.");
    static final Setting HTTP2 = new Setting("http2", List.of(), "true", "Whether HTTP/2 is spoken over TLS.");
    static final Setting CORS_ORIGINS = new Setting(
            "cors-origins",
            List.of("LLAMERO_PROXY_CORS_ORIGINS"),
            "",
            "Origins of web pages that may call, as https://app.example with commas between; * for all. Needs a key all"
                    + " the same, if one is set.");
    static final Setting HEAD_TIMEOUT = new Setting(
            "head-timeout",
            List.of(),
            "10s",
            "Longest time for a TLS handshake, and from the first byte of a request to the end of its headers.");
    static final Setting BODY_TIMEOUT =
            new Setting("body-timeout", List.of(), "5m", "Longest time for the body of a request in all.");
    static final Setting KEEP_ALIVE_TIMEOUT = new Setting(
            "keep-alive-timeout", List.of(), "2m", "How long a connection may stay open without a request.");
    static final Setting MAX_HEAD = new Setting("max-head", List.of(), "16K", "Largest headers of a request in bytes.");
    static final Setting MAX_CONNECTIONS =
            new Setting("max-connections", List.of(), "1024", "Connections at once; more wait in the system's queue.");

    static final List<Setting> ALL = List.of(
            TLS,
            TLS_NAMES,
            TLS_CERT,
            TLS_KEY,
            TLS_FOLDER,
            ACME_EMAIL,
            ACME_DIRECTORY,
            ACME_ROOT,
            HTTP_PORT,
            HTTP2,
            CORS_ORIGINS,
            HEAD_TIMEOUT,
            BODY_TIMEOUT,
            KEEP_ALIVE_TIMEOUT,
            MAX_HEAD,
            MAX_CONNECTIONS);

    private KnownEdgeSettings() {}
}
