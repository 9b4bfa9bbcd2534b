package dev.llamero.inference.engine;

/** What an engine counts, and how it is called on {@code /metrics}. */
public enum EngineFigure {
    STEPS("steps_total", "Forward passes."),
    TOKENS_PREFILLED("tokens_prefilled_total", "Prompt tokens that were evaluated."),
    TOKENS_REUSED("tokens_reused_total", "Prompt tokens whose cells were taken from a cache instead."),
    TOKENS_DECODED("tokens_decoded_total", "Rows of answers that were evaluated."),
    TOKENS_DRAFTED("draft_tokens_total", "Guessed tokens that were evaluated ahead."),
    TOKENS_ACCEPTED("draft_tokens_accepted_total", "Guessed tokens that were what was sampled."),
    HITS_KV("cache_hits_kv_total", "Requests that went on from cells in the KV cache."),
    HITS_DEVICE("cache_hits_gpu_total", "Requests that went on from copies in the GPU's memory."),
    HITS_MEMORY("cache_hits_memory_total", "Requests that went on from cells in host memory."),
    HITS_DISK("cache_hits_disk_total", "Requests for which cells were fetched from disk."),
    MISSES("cache_misses_total", "Requests that found no cells."),
    TOKENS_PARKED("cache_parked_tokens_total", "Tokens whose cells were copied out of the KV cache."),
    TOKENS_RESTORED("cache_restored_tokens_total", "Tokens whose cells were copied back."),
    EVICTIONS_DEVICE("cache_evictions_gpu_total", "Conversations that left the GPU's memory for other places."),
    EVICTIONS_MEMORY("cache_evictions_memory_total", "Blocks that left host memory and stay on disk."),
    EVICTIONS_DISK("cache_evictions_disk_total", "Blocks whose files were removed for lack of room."),
    LOST("cache_lost_blocks_total", "Blocks that were given up altogether."),
    DISK_WRITES("cache_disk_writes_total", "Files written."),
    DISK_BYTES_WRITTEN("cache_disk_written_bytes_total", "Bytes of files written."),
    DISK_READS("cache_disk_reads_total", "Files read."),
    DISK_BYTES_READ("cache_disk_read_bytes_total", "Bytes of cells read."),
    SET_ASIDE("cache_set_aside_files_total", "Files that were damaged or foreign."),
    KV_CELLS("kv_cells", "Cells of the KV cache."),
    KV_CELLS_USED("kv_cells_used", "Cells in use, shared ones once."),
    DEVICE_BYTES("cache_gpu_bytes", "The GPU's memory of idle conversations outside of the KV cache."),
    DEVICE_BYTES_MAX("cache_gpu_bytes_max", "Bound on that memory."),
    MEMORY_BYTES("cache_memory_bytes", "Host memory of parked conversations."),
    MEMORY_BYTES_MAX("cache_memory_bytes_max", "Bound on that memory."),
    BLOCKS("cache_blocks", "Blocks of parked conversations in memory and on disk."),
    DISK_BYTES("cache_disk_bytes", "Bytes of this model's files."),
    DISK_QUEUE_BYTES("cache_disk_queue_bytes", "Bytes that wait to be written.");

    private final String metric;
    private final String help;

    EngineFigure(String metric, String help) {
        this.metric = "llamero_" + metric;
        this.help = help;
    }

    /** Its name in Prometheus's text format; counters end in {@code _total}. */
    public String metric() {
        return metric;
    }

    public boolean isCounter() {
        return metric.endsWith("_total");
    }

    public String help() {
        return help;
    }
}
