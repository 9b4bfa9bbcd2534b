package dev.llamero.models.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.store.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Fetches the bearer tokens that registries ask for: with user and password if the address has them, else signed with
 * this user's key, as Ollama does. Any thread.
 */
final class Tokens {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int NONCE_BYTES = 16;
    private static final String EMPTY_BODY =
            Base64.getEncoder().encodeToString(Digest.of(new byte[0]).hex().getBytes(StandardCharsets.US_ASCII));

    private final HttpLink link;
    private final Path keyFile;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** @param keyFile of {@link SigningKey}, looked at only when something is to be signed */
    Tokens(HttpLink link, Path keyFile, Clock clock) {
        this.link = link;
        this.keyFile = keyFile;
        this.clock = clock;
    }

    /** A token that answers the challenge of a registry. */
    String fetch(Challenge challenge, URI registry, Optional<Credentials> credentials, BooleanSupplier cancelled)
            throws IOException {
        URI address = address(challenge, registry);
        String proof;
        if (credentials.isPresent()) {
            proof = credentials.get().basic();
        } else {
            proof = SigningKey.readOrMake(keyFile).sign("GET," + address + "," + EMPTY_BODY);
        }
        HttpResponse<InputStream> reply = ask(address, proof, cancelled);
        if (reply.statusCode() >= 400 && credentials.isEmpty()) {
            // A registry that is not Ollama's does not know our key; what it gives everybody may be enough.
            HttpResponse<InputStream> anonymous = ask(address, "", cancelled);
            reply = anonymous.statusCode() < 400 ? anonymous : reply;
        }
        String text = new String(reply.body().readAllBytes(), StandardCharsets.UTF_8);
        if (reply.statusCode() != 200) {
            throw new RegistryException(reply.statusCode() + (text.isEmpty() ? "" : ": " + text));
        }
        return token(text);
    }

    private HttpResponse<InputStream> ask(URI address, String proof, BooleanSupplier cancelled) throws IOException {
        HttpRequest.Builder request = link.request(address).GET();
        if (!proof.isEmpty()) {
            request.header("Authorization", proof);
        }
        return link.small(request.build(), TransferLimits.REPLY_BYTES_MAX, cancelled);
    }

    private static String token(String text) throws IOException {
        try {
            JsonNode root = JSON.readTree(text);
            String token = root.path("token").asText(root.path("access_token").asText());
            // It becomes a header: no line end may be in it.
            if (token.matches("[\\x21-\\x7e]+")) {
                return token;
            }
        } catch (JsonProcessingException e) {
            throw new RegistryException("the registry's token service does not answer in JSON", e);
        }
        throw new RegistryException("the registry's token service gives no token");
    }

    private URI address(Challenge challenge, URI registry) throws IOException {
        URI realm;
        try {
            realm = registry.resolve(challenge.get("realm"));
        } catch (IllegalArgumentException e) {
            throw new RegistryException.Hostile("the registry's token realm is no address");
        }
        if (!authority(realm).equalsIgnoreCase(authority(registry))) {
            throw new RegistryException.Hostile("realm host \"" + authority(realm)
                    + "\" does not match original host \"" + authority(registry) + "\"");
        }
        if (!String.valueOf(realm.getScheme()).equals(registry.getScheme())) {
            throw new RegistryException.Hostile(
                    "the registry's token realm is " + realm.getScheme() + ", not " + registry.getScheme());
        }
        String before = realm.getRawQuery() == null ? "" : realm.getRawQuery() + "&";
        return URI.create(realm.getScheme() + "://" + realm.getRawAuthority() + realm.getRawPath() + "?" + before
                + query(challenge));
    }

    private String query(Challenge challenge) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        Map<String, List<String>> values = new TreeMap<>();
        values.put("service", List.of(challenge.get("service")));
        values.put("scope", List.of(challenge.get("scope").split(" ")));
        values.put("ts", List.of(Long.toString(clock.instant().getEpochSecond())));
        values.put("nonce", List.of(Base64.getUrlEncoder().withoutPadding().encodeToString(nonce)));
        var parts = new ArrayList<String>();
        values.forEach((key, list) -> list.forEach(value -> parts.add(key + "=" + encoded(value))));
        return parts.stream().collect(Collectors.joining("&"));
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("*", "%2A");
    }

    private static String authority(URI address) {
        return address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }
}
