package dev.llamero.models.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Requests over the network, each with a deadline, a way to end it early, and a bound on what is kept of its reply. Any
 * thread. Follows no redirects and sends no credentials by itself.
 */
final class HttpLink {
    private static final long POLL_MILLIS = 50;
    private static final Duration CONNECT = Duration.ofSeconds(15);

    private final HttpClient client;
    private final EnvironmentProxies proxies;
    private final String agent;
    private final Duration deadline;

    /**
     * A link.
     *
     * @param agent who asks, as servers are told
     * @param deadline longest wait for the head of a reply, or for the whole of a small one
     */
    HttpLink(EnvironmentProxies proxies, String agent, Duration deadline) {
        this.client = HttpClient.newBuilder()
                // One connection per stream: parts of a blob must not share one.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .proxy(proxies)
                .build();
        this.proxies = proxies;
        this.agent = agent;
        this.deadline = deadline;
    }

    /** Whether requests to this address go to it, and not to a proxy that finds it. */
    boolean isDirect(URI address) {
        return proxies.isDirect(address);
    }

    /** A request that names us. */
    HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address).header("User-Agent", agent);
    }

    /**
     * Sends a request whose reply is small, and reads all of it.
     *
     * @param bytesMax of the body; more is a failure
     * @param deadline longest time until the reply is there
     */
    HttpResponse<InputStream> small(HttpRequest request, int bytesMax, Duration deadline, BooleanSupplier cancelled)
            throws IOException {
        return await(request, kept(bytesMax), deadline, cancelled);
    }

    /** The same with the usual deadline. */
    HttpResponse<InputStream> small(HttpRequest request, int bytesMax, BooleanSupplier cancelled) throws IOException {
        return small(request, bytesMax, deadline, cancelled);
    }

    /** Sends a request; the body of a good reply is read as it comes, by the caller, who closes it. */
    HttpResponse<InputStream> streamed(HttpRequest request, BooleanSupplier cancelled) throws IOException {
        return await(
                request,
                head -> head.statusCode() == 200 || head.statusCode() == 206
                        ? BodySubscribers.ofInputStream()
                        : kept(TransferLimits.REPLY_BYTES_MAX).apply(head),
                deadline,
                cancelled);
    }

    private static BodyHandler<InputStream> kept(int bytesMax) {
        return BodyHandlers.limiting(
                _ -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), ByteArrayInputStream::new), bytesMax);
    }

    private HttpResponse<InputStream> await(
            HttpRequest request, BodyHandler<InputStream> handler, Duration limit, BooleanSupplier cancelled)
            throws IOException {
        CompletableFuture<HttpResponse<InputStream>> reply = client.sendAsync(request, handler);
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return reply.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (cancelled.getAsBoolean()) {
                    abandon(reply);
                    throw new RegistryException.Cancelled();
                }
                if (System.nanoTime() > end) {
                    abandon(reply);
                    throw new RegistryException(
                            NetworkFailures.prefix(request) + "no answer within " + limit.toSeconds() + " s", e);
                }
            } catch (InterruptedException e) {
                abandon(reply);
                Thread.currentThread().interrupt();
                throw new RegistryException.Cancelled();
            } catch (ExecutionException e) {
                throw NetworkFailures.of(request, e.getCause());
            }
        }
    }

    /** Ends a request whose reply nobody reads; a reply that comes all the same is closed. */
    private static void abandon(CompletableFuture<HttpResponse<InputStream>> reply) {
        reply.cancel(true);
        reply.thenAccept(late -> close(late.body()));
    }

    /** Closes a body, which ends its connection if it was not read to the end. */
    static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            System.getLogger(HttpLink.class.getName()).log(System.Logger.Level.DEBUG, "closing a reply failed", e);
        }
    }
}
