package dev.llamero.inference;

import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.models.KvType;
import dev.llamero.settings.SettingsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model server that is started in these surroundings would do; for {@code llamero doctor}.
 *
 * @param host it would listen on
 * @param port it would listen on
 * @param natives where it would look for llama.cpp
 * @param folders GGUF files, or folders of them
 * @param store root of the Ollama store
 * @param contextTokens of one conversation
 * @param kvType of the KV cache
 */
public record ServerPlan(
        String host,
        int port,
        NativeSettings natives,
        List<Path> folders,
        Optional<Path> store,
        int contextTokens,
        KvType kvType) {
    /**
     * Reads the settings as the server does.
     *
     * @param yaml path of a {@code llamero.yaml}, which need not be there
     * @throws dev.llamero.settings.SettingsException if the server would refuse to start
     */
    public static ServerPlan read(Map<String, String> environment, Path yaml, Path home) {
        Settings settings = Settings.read(List.of(), environment, yaml, home.resolve(".ollama/config.json"));
        return new ServerPlan(
                settings.listener().host(),
                settings.listener().port(),
                settings.natives(),
                settings.modelPaths(),
                settings.ollamaStore(),
                settings.loading().contextTokens(),
                KvType.parse(settings.kvCacheType()));
    }

    /** The server's flags, for completion. */
    public static List<String> flags() {
        return SettingKeys.ALL.stream().map(setting -> "--" + setting.key()).toList();
    }

    /** The settings file of these surroundings. */
    public static Path file(Map<String, String> environment) {
        return SettingsReader.file(environment);
    }
}
