package dev.llamero.models.registry;

import static dev.llamero.models.registry.ScriptedRegistry.head;
import static dev.llamero.models.registry.ScriptedRegistry.redirect;
import static dev.llamero.models.registry.ScriptedRegistry.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.models.store.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A registry that lies, stalls, cuts, floods or sends us elsewhere: a clear failure, and never a broken model. */
class HostileRegistryTest extends RegistryCase {
    private static final byte[] CONFIG = "{}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WEIGHTS = bytes(100_000, 1);
    private static final Digest DIGEST = Digest.of(WEIGHTS);
    private static final String BLOB = "/v2/lab/m/blobs/" + DIGEST;

    @BeforeEach
    void model() {
        server.model("m", CONFIG, WEIGHTS);
    }

    private void failsWith(String message) throws IOException {
        assertThatThrownBy(() -> pull("m")).isInstanceOf(IOException.class).hasMessageContaining(message);
        assertThat(store.blobs().has(DIGEST)).as("nothing under the final name").isFalse();
        assertThat(store.manifests().names()).isEmpty();
    }

    private void worksAllTheSame() throws IOException {
        pull("m");
        assertThat(Files.readAllBytes(store.blobs().path(DIGEST))).isEqualTo(WEIGHTS);
    }

    /** The bytes of the range with one of them changed. */
    private static void wrong(ScriptedRegistry.Request request, java.io.OutputStream out) throws IOException {
        String[] range = request.header("range").substring(6).split("-");
        int from = Integer.parseInt(range[0]);
        int to = Integer.parseInt(range[1]) + 1;
        byte[] part = java.util.Arrays.copyOfRange(WEIGHTS, from, to);
        part[0] ^= 1;
        head(
                out,
                "206 Partial Content",
                "Content-Length: " + part.length,
                "Content-Range: bytes " + from + "-" + (to - 1) + "/" + WEIGHTS.length);
        out.write(part);
    }

    @Test
    void wrongBytesAreFetchedOnceMoreAndThenRefused() throws IOException {
        server.always("GET " + BLOB, HostileRegistryTest::wrong);
        failsWith("digest mismatch, file must be downloaded again: want " + DIGEST + ", got sha256:");
        assertThat(blobFiles()).doesNotContain(DIGEST.fileName() + "-partial");
        assertThat(server.requests().stream().filter(line -> line.startsWith("GET " + BLOB)))
                .hasSize(8);
    }

    @Test
    void wrongBytesOnceAreMended() throws IOException {
        server.next("GET " + BLOB, HostileRegistryTest::wrong);
        worksAllTheSame();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data",
                "http://[fe80::1]/x",
                "http://[::ffff:169.254.169.254]/x",
                "http://224.0.0.1/x"
            })
    void aRedirectToThisNetworkIsRefused(String target) throws IOException {
        server.always("GET " + BLOB, redirect(target));
        failsWith("an address of this machine or its network, which is refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://example.com/x", "http://", "http://user:x@example.com/x"})
    void aRedirectThatIsNoWebAddressIsRefused(String target) throws IOException {
        server.always("GET " + BLOB, redirect(target));
        failsWith("the registry redirects to what is no");
    }

    @Test
    void redirectsInACircleEnd() throws IOException {
        server.always("GET " + BLOB, redirect(BLOB));
        failsWith("maximum redirects exceeded (10)");
    }

    @Test
    void anEndlessBodyEndsWhereTheBlobEnds() throws IOException {
        server.always("GET " + BLOB, (request, out) -> {
            head(out, "200 OK", "Transfer-Encoding: chunked");
            for (int i = 0; i < 100_000; i++) {
                out.write(("1000\r\n" + "x".repeat(4_096) + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        failsWith("digest mismatch");
    }

    @Test
    void aLengthOtherThanTheManifestsIsRefused() throws IOException {
        server.always("GET " + BLOB, status("200 OK", "x".repeat(99_999)));
        failsWith("the registry answers a blob of 100000 bytes with status 200 and 99999 bytes");
    }

    @Test
    void aRangeOtherThanAskedIsRefused() throws IOException {
        server.always(
                "GET " + BLOB,
                status("206 Partial Content", "x".repeat(25_000), "Content-Range: bytes 5-25004/100000"));
        failsWith("with \"bytes 5-25004/100000\"");
    }

    @Test
    void aTotalOtherThanTheManifestsIsRefused() throws IOException {
        server.always(
                "GET " + BLOB,
                status("206 Partial Content", "x".repeat(25_000), "Content-Range: bytes 0-24999/900000"));
        failsWith("with \"bytes 0-24999/900000\"");
    }

    @Test
    void aLengthThatIsNotKeptIsACut() throws IOException {
        server.always("GET " + BLOB, (request, out) -> {
            String[] range = request.header("range").substring(6).split("-");
            long length = Long.parseLong(range[1]) - Long.parseLong(range[0]) + 1;
            head(
                    out,
                    "206 Partial Content",
                    "Content-Length: " + length,
                    "Content-Range: bytes " + range[0] + "-" + range[1] + "/100000");
            out.write(new byte[10]);
            throw new IOException("cut by the script");
        });
        failsWith("max retries exceeded");
    }

    @Test
    void cutsInTheMiddleAreMended() throws IOException {
        for (int i = 0; i < 3; i++) {
            server.next("GET " + BLOB, (request, out) -> {
                String[] range = request.header("range").substring(6).split("-");
                int from = Integer.parseInt(range[0]);
                head(
                        out,
                        "206 Partial Content",
                        "Content-Length: " + (Integer.parseInt(range[1]) + 1 - from),
                        "Content-Range: bytes " + range[0] + "-" + range[1] + "/100000");
                out.write(WEIGHTS, from, 100);
                out.flush();
                throw new IOException("cut by the script");
            });
        }
        worksAllTheSame();
    }

    @Test
    void aSilentStreamIsBegunAnew() throws IOException {
        var over = new java.util.concurrent.CountDownLatch(1);
        server.next("GET " + BLOB, (request, out) -> {
            head(out, "206 Partial Content", "Content-Length: 25000", "Content-Range: bytes 0-24999/100000");
            out.write(WEIGHTS, 0, 500);
            out.flush();
            await(over);
        });
        worksAllTheSame();
        over.countDown();
    }

    private static void await(java.util.concurrent.CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void rangesThatStopWorkingEndInOneStream() throws IOException {
        server.next("GET " + BLOB, server::serveWell);
        server.always("GET " + BLOB, (request, out) -> {
            head(out, "200 OK", "Content-Length: " + WEIGHTS.length);
            out.write(WEIGHTS);
        });
        worksAllTheSame();
    }

    @ParameterizedTest
    @ValueSource(strings = {"429 Too Many Requests", "503 Service Unavailable", "500 Internal Server Error"})
    void aBusyRegistryIsAskedAgain(String status) throws IOException {
        server.next("GET " + BLOB, status(status, "later", "Retry-After: 0"));
        server.next("GET " + BLOB, status(status, "later", "Retry-After: soon"));
        worksAllTheSame();
    }

    @Test
    void aRegistryThatStaysBusyIsGivenUp() throws IOException {
        server.always("GET " + BLOB, status("503 Service Unavailable", "overloaded"));
        failsWith("max retries exceeded: 503: overloaded");
    }

    @Test
    void aManifestThatIsPromisedForLaterIsAskedForAgain() throws IOException {
        server.next("GET /v2/lab/m/manifests/v1", status("429 Too Many Requests", "", "Retry-After: 1"));
        worksAllTheSame();
        server.always("GET /v2/lab/n/manifests/v1", status("500 Internal Server Error", "broken"));
        assertThatThrownBy(() -> pull("n")).hasMessage("pull model manifest: 500: broken");
        assertThat(server.requests().stream().filter("GET /v2/lab/n/manifests/v1"::equals))
                .hasSize(1);
    }

    @Test
    void aMissingBlobIsTold() throws IOException {
        server.always("GET " + BLOB, status("404 Not Found", ""));
        failsWith("file does not exist");
    }

    @Test
    void aManifestThatIsRefusedIsToldInTheRegistrysWords() throws IOException {
        server.always("GET /v2/lab/m/manifests/v1", status("412 Precondition Failed", "{\"errors\":[]}"));
        failsWith("pull model manifest: 412: {\"errors\":[]}");
    }

    @Test
    void aHugeManifestIsNotRead() throws IOException {
        server.always("GET /v2/lab/m/manifests/v1", (request, out) -> {
            head(out, "200 OK", "Transfer-Encoding: chunked");
            for (int i = 0; i < 100_000; i++) {
                out.write(("1000\r\n" + " ".repeat(4_096) + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        failsWith("the answer is larger than such an answer may be");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256:../../../../etc/passwd",
                "sha256-../x",
                "sha512:00",
                "",
                "sha256:zz",
                "sha256:0123456789012345678901234567890123456789012345678901234567890123/../x"
            })
    void aDigestThatIsAPathIsRefused(String digest) throws IOException {
        server.manifest(
                "m",
                "{\"config\":{\"digest\":\"" + Digest.of(CONFIG) + "\",\"size\":2},\"layers\":[{\"digest\":\"" + digest
                        + "\",\"size\":5}]}");
        failsWith("pull model manifest: the manifest names the digest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "[]",
                "{}",
                "null",
                "",
                "{\"config\":{\"digest\":\"sha256:"
                    + "0000000000000000000000000000000000000000000000000000000000000000\",\"size\":-5},\"layers\":[]}"
            })
    void whatIsNoManifestIsRefused(String text) throws IOException {
        server.manifest("m", text);
        failsWith("pull model manifest: ");
    }

    @Test
    void tooManyLayersAreRefused() throws IOException {
        var layers = new StringBuilder();
        for (int i = 0; i < 1_001; i++) {
            layers.append(i == 0 ? "" : ",").append("{\"digest\":\"" + DIGEST + "\",\"size\":1}");
        }
        server.manifest("m", "{\"config\":{\"digest\":\"" + DIGEST + "\",\"size\":1},\"layers\":[" + layers + "]}");
        failsWith("it names 1001 layers; more than 1000 are not taken");
    }

    @Test
    void sizesBeyondAllDisksAreRefused() throws IOException {
        String layer = "{\"digest\":\"" + DIGEST + "\",\"size\":" + Long.MAX_VALUE + "}";
        server.manifest("m", "{\"config\":" + layer + ",\"layers\":[" + layer + "," + layer + "]}");
        failsWith("its sizes add up to more than 16 TiB");
    }

    @Test
    void aTokenServiceOnAnotherHostGetsNothing() throws IOException {
        server.always(
                "GET /v2/lab/m/manifests/v1",
                status(
                        "401 Unauthorized",
                        "",
                        "WWW-Authenticate: Bearer realm=\"http://localhost:" + server.port()
                                + "/token\",service=\"s\""));
        failsWith("realm host \"localhost:" + server.port() + "\" does not match original host \"" + server.host());
        assertThat(server.requests()).noneMatch(line -> line.contains("/token"));
    }
}
