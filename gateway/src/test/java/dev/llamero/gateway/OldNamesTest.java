package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A unit file of the gateway that this one replaces: its names are obeyed, and each is logged once with the new one.
 */
class OldNamesTest {
    @TempDir
    Path data;

    @Test
    void eachOldNameIsLoggedOnceAtTheStartWithItsNewName() throws IOException {
        Map<String, String> old = Map.of(
                "CLAWDBOT_PORT", "19000",
                "CLAWDBOT_GATEWAY_PORT", "19001",
                "OPENCLAW_GATEWAY_PORT", "19002",
                "CLAWDBOT_MODEL_ENDPOINT", "http://10.0.0.5:9000",
                "CLAWDBOT_GATEWAY_TOKEN", "a-token-of-long-ago",
                "OPENCLAW_GATEWAY_TOKEN", "another-token-of-then");
        try (var proxy = new ScriptedProxy();
                var gateway = new GatewayProcess(proxy.address(), data, old)) {
            gateway.start();
            for (String name : old.keySet()) {
                String now = name.endsWith("TOKEN")
                        ? "LLAMERO_GATEWAY_TOKEN"
                        : name.endsWith("ENDPOINT") ? "LLAMERO_MODEL_ENDPOINT" : "LLAMERO_GATEWAY_PORT";
                assertThat(gateway.said()).containsOnlyOnce(name + " still works; its name is " + now + " now");
            }
            assertThat(gateway.said()).doesNotContain("a-token-of-long-ago").doesNotContain("another-token-of-then");
        }
    }
}
