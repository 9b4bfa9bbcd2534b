package dev.llamero.inference;

import dev.llamero.settings.Setting;
import java.util.List;

/** Every setting of the model server: name, environment, default, and what it does. The README's table is this one. */
final class SettingKeys {
    static final Setting HOST = new Setting(
            "host",
            List.of("OLLAMA_HOST"),
            "127.0.0.1:11434",
            "Address to listen on, as [http://]host[:port]. Beyond loopback anyone who reaches it can use the models.");
    static final Setting PORT =
            new Setting("port", List.of(), "", "Port to listen on; 0 for any free one. Overrides the port in host.");
    static final Setting MODEL = new Setting(
            "model", List.of("LLAMERO_MODEL"), "", "One GGUF file, or a folder of them; then nothing else is served.");
    static final Setting MODELS =
            new Setting("models", List.of("LLAMERO_MODELS"), "~/.llamero/models", "Folder of GGUF files.");
    static final Setting OLLAMA_MODELS = new Setting(
            "ollama-models",
            List.of("OLLAMA_MODELS"),
            "~/.ollama/models",
            "Root of an Ollama store, used in place; models are created and pulled into it.");
    static final Setting NOPRUNE = new Setting(
            "noprune",
            List.of("OLLAMA_NOPRUNE"),
            "false",
            "Whether the store keeps files that no model needs, which are otherwise removed at start.");
    static final Setting GO_TEMPLATE = new Setting(
            "go-template",
            List.of("OLLAMA_GO_TEMPLATE"),
            "",
            "Whether the Go template of a store's model makes its prompts: true or false; empty for the one that"
                    + " offers more.");
    static final Setting NUM_CTX = new Setting(
            "num-ctx",
            List.of("OLLAMA_CONTEXT_LENGTH"),
            "32768",
            "Context of one conversation in tokens, at most what the model was trained for."
                    + " Costs memory: 256 KiB per token for Qwen3-32B in f16.");
    static final Setting NUM_GPU =
            new Setting("num-gpu", List.of(), "-1", "Layers on the GPU; -1 for as many as fit, 0 for the CPU alone.");
    static final Setting NUM_THREAD =
            new Setting("num-thread", List.of(), "0", "CPU threads per model; 0 for one per core.");
    static final Setting NUM_BATCH =
            new Setting("num-batch", List.of(), "512", "Tokens that one step computes. More needs more memory.");
    static final Setting KV_CACHE_TYPE = new Setting(
            "kv-cache-type",
            List.of("OLLAMA_KV_CACHE_TYPE"),
            "f16",
            "How the KV cache stores its values: f16, q8_0 for about half the memory, or q4_0 for a quarter, which"
                    + " costs quality.");
    static final Setting CACHE_GPU = new Setting(
            "cache-gpu",
            List.of("LLAMERO_CACHE_GPU"),
            "",
            "Memory of the GPU, per model, for conversations that pause, such as 2GiB; 0 for none. Unset: a quarter of"
                    + " what is free there once the model is loaded. Only with kv-cache-type f16.");
    static final Setting CACHE_RAM = new Setting(
            "cache-ram",
            List.of("LLAMERO_CACHE_RAM"),
            "",
            "Main memory, per model, for conversations that pause, such as 4GiB; 0 for none."
                    + " Unset: a quarter of what is free once the model is loaded.");
    static final Setting CACHE_DISK = new Setting(
            "cache-disk",
            List.of("LLAMERO_CACHE_DISK"),
            "",
            "Disk for conversations that left memory or whose model was unloaded, such as 20GiB, over all models;"
                    + " 0 for none. Unset: a quarter of what is free, at most 32GiB.");
    static final Setting CACHE_DIRECTORY = new Setting(
            "cache-directory",
            List.of("LLAMERO_CACHE_DIRECTORY"),
            "~/.llamero/cache",
            "Folder for them, which only its owner can read.");
    static final Setting TARGET_ITL = new Setting(
            "target-itl",
            List.of("LLAMERO_TARGET_ITL"),
            "",
            "Longest time between two tokens of an answer that prompts beside it may cause, such as 80ms."
                    + " Unset: 50ms on a GPU, 700ms on a CPU. Shorter makes long prompts slower while others answer.");
    static final Setting DRAFT_TOKENS = new Setting(
            "draft-tokens",
            List.of("LLAMERO_DRAFT_TOKENS"),
            "16",
            "Most tokens to guess ahead in one step from the text so far, where measured times make it pay; 0 for"
                    + " none.");
    static final Setting DRAFT_MODEL = new Setting(
            "draft-model",
            List.of("LLAMERO_DRAFT_MODEL"),
            "",
            "GGUF file of a small model that guesses ahead for larger ones of the same vocabulary, such as Qwen3-0.6B"
                    + " for Qwen3-32B.");
    static final Setting NUM_PARALLEL = new Setting(
            "num-parallel",
            List.of("OLLAMA_NUM_PARALLEL"),
            "4",
            "Conversations that one model runs at once; more wait in its queue.");
    static final Setting MAX_QUEUE = new Setting(
            "max-queue", List.of("OLLAMA_MAX_QUEUE"), "512", "Requests that may wait, per queue; more get status 503.");
    static final Setting MAX_LOADED = new Setting(
            "max-loaded-models",
            List.of("OLLAMA_MAX_LOADED_MODELS"),
            "0",
            "Models in memory at once; 0 for three. A further one pushes out an idle one.");
    static final Setting KEEP_ALIVE = new Setting(
            "keep-alive",
            List.of("OLLAMA_KEEP_ALIVE"),
            "5m",
            "How long a model stays in memory after its last request; negative for ever.");
    static final Setting LOAD_TIMEOUT = new Setting(
            "load-timeout",
            List.of("OLLAMA_LOAD_TIMEOUT"),
            "5m",
            "How long loading a model may stand still before it is given up; 0 or less for ever.");
    static final Setting ORIGINS = new Setting(
            "origins",
            List.of("OLLAMA_ORIGINS"),
            "",
            "Web origins allowed beside localhost, comma between them; * lets any web page use the models.");
    static final Setting ENGINE = new Setting(
            "engine",
            List.of("LLAMERO_ENGINE"),
            "llama",
            "What runs the models: llama, or kherud for de.kherud:llama.");
    static final Setting LIBRARY =
            new Setting("library", List.of("LLAMERO_LIBRARY"), "auto", "Which build of llama.cpp: auto, cpu or cuda.");
    static final Setting LIBRARY_DIRECTORY = new Setting(
            "library-directory",
            List.of("LLAMERO_LIBLLAMA"),
            "",
            "Folder of llama.cpp libraries to take instead of the fetched ones.");
    static final Setting PRELOAD = new Setting(
            "preload",
            List.of(),
            "true",
            "Whether the file that model names is loaded at the start, so that the first question does not wait for"
                    + " it.");
    static final Setting WRITE_STALL = new Setting(
            "write-stall",
            List.of(),
            "60s",
            "How long one write to a client may stand still before the client is cut off.");
    static final Setting LOG_LEVEL =
            new Setting("log-level", List.of("LLAMERO_LOG_LEVEL"), "info", "error, warn, info, debug or trace.");

    /** All settings, in the order of the usage text. */
    static final List<Setting> ALL = List.of(
            HOST,
            PORT,
            MODEL,
            PRELOAD,
            MODELS,
            OLLAMA_MODELS,
            NOPRUNE,
            GO_TEMPLATE,
            NUM_CTX,
            NUM_GPU,
            NUM_THREAD,
            NUM_BATCH,
            KV_CACHE_TYPE,
            CACHE_GPU,
            CACHE_RAM,
            CACHE_DISK,
            CACHE_DIRECTORY,
            TARGET_ITL,
            DRAFT_TOKENS,
            DRAFT_MODEL,
            NUM_PARALLEL,
            MAX_QUEUE,
            MAX_LOADED,
            KEEP_ALIVE,
            LOAD_TIMEOUT,
            ORIGINS,
            ENGINE,
            LIBRARY,
            LIBRARY_DIRECTORY,
            WRITE_STALL,
            LOG_LEVEL);

    private SettingKeys() {}
}
