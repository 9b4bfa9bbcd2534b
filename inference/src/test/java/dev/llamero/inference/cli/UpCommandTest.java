package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the page may ask where callers of the proxy need a key. */
class UpCommandTest {
    private static final Path HOME = Path.of("/home/ann");
    private static final String FILE = "/home/ann/.llamero/gateway.key";

    @Test
    void proxyAndGatewayAgreeOnAFileForThePagesKey() {
        assertThat(UpCommand.environment(Map.of(), HOME))
                .isEqualTo(Map.of(
                        "LLAMERO_SUPERVISED", "1",
                        "LLAMERO_GATEWAY_KEY_FILE", FILE,
                        "LLAMERO_MODEL_API_KEY_FILE", FILE));
    }

    @Test
    void aFileOfTheUsersCountsForBoth() {
        assertThat(UpCommand.environment(Map.of("LLAMERO_GATEWAY_KEY_FILE", "/run/key"), HOME))
                .containsEntry("LLAMERO_GATEWAY_KEY_FILE", "/run/key")
                .containsEntry("LLAMERO_MODEL_API_KEY_FILE", "/run/key");
    }

    @Test
    void theOneKeyOfAllCallersIsThePagesTooUnlessItHasItsOwn() {
        assertThat(UpCommand.environment(Map.of("LLAMERO_API_KEY", "k"), HOME))
                .containsEntry("LLAMERO_MODEL_API_KEY", "k");
        assertThat(UpCommand.environment(Map.of("LLAMERO_API_KEY", "k", "LLAMERO_MODEL_API_KEY", "own"), HOME))
                .containsEntry("LLAMERO_MODEL_API_KEY", "own");
    }
}
