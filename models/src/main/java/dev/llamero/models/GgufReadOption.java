package dev.llamero.models;

/** What {@link GgufFile#read} may leave out. */
public enum GgufReadOption {
    /**
     * Arrays of more than 1024 elements (the tokenizer's tokens, merges, scores) are checked but not kept: they become
     * {@link GgufValue.Omitted}. A model list needs a few kilobytes per model then instead of megabytes.
     */
    OMIT_LARGE_ARRAYS,
    /** The tensors' data may be missing, wholly or in part: for files that hold a header only. */
    ALLOW_MISSING_DATA,
    /** Reads one part of a split model alone and does not look for the others. */
    SINGLE_PART
}
