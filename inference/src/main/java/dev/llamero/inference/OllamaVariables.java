package dev.llamero.inference;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ollama's variables that have no meaning here, each with what stands in its place: told once at start, so that nobody
 * wonders why setting one has no effect. The others are among {@link SettingKeys}, or are the command line's.
 */
final class OllamaVariables {
    private static final System.Logger LOG = System.getLogger(OllamaVariables.class.getName());

    private static final Map<String, String> WITHOUT_MEANING = meanings();

    private OllamaVariables() {}

    private static Map<String, String> meanings() {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("OLLAMA_FLASH_ATTENTION", "llama.cpp uses flash attention where the model and the device can");
        told.put("OLLAMA_GPU_OVERHEAD", "memory is measured when a model is loaded; num-gpu says how many layers");
        told.put("OLLAMA_SCHED_SPREAD", "llama.cpp spreads a model over all GPUs that it sees");
        told.put("OLLAMA_LLM_LIBRARY", "the setting library chooses the build of llama.cpp");
        told.put("OLLAMA_IGPU_ENABLE", "the build of llama.cpp decides which devices it uses");
        told.put("OLLAMA_VULKAN", "the setting library-directory takes a build with Vulkan");
        told.put("OLLAMA_DEBUG_LOG_REQUESTS", "request bodies are never written to the log");
        told.put("OLLAMA_NO_CLOUD", "there is no cloud here: every model runs on this machine");
        told.put("OLLAMA_MAX_TRANSFER_STREAMS", "as in Ollama it is for safetensors alone, which are not served here");
        told.put("OLLAMA_REMOTES", "there are no remote models here");
        told.put("OLLAMA_AUTH", "requests to a registry are not signed");
        return told;
    }

    /** What the variables do that are no {@link SettingKeys}, for the help of the server. */
    static Map<String, String> help() {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("OLLAMA_DEBUG", "1 for log-level debug, 2 for trace");
        told.put("HTTPS_PROXY", "Proxy that registries are reached through; HTTP_PROXY for those without encryption");
        told.put("NO_PROXY", "Hosts that are reached without it");
        WITHOUT_MEANING.forEach((name, instead) -> told.put(name, "No effect: " + instead));
        return told;
    }

    /** Tells of those that are set. */
    static void tell(Map<String, String> environment) {
        WITHOUT_MEANING.forEach((name, instead) -> {
            if (!environment.getOrDefault(name, "").isBlank()) {
                LOG.log(System.Logger.Level.INFO, name + " has no effect: " + instead);
            }
        });
    }

    /** Whether a variable is told to be without effect. */
    static boolean hasNoEffect(String name) {
        return WITHOUT_MEANING.containsKey(name);
    }
}
