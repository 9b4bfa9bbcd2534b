/**
 * Continuous batching of generations over one model: queue, slots, batches, sampling, detokenizing.
 *
 * <p>This package knows neither HTTP nor the native library. It reaches the model through {@link
 * dev.llamero.inference.engine.Decoder} and {@link dev.llamero.inference.engine.Tokenizer}, and is reached through
 * {@link dev.llamero.inference.engine.Engine}.
 *
 * <p><b>Threads.</b> Each {@link dev.llamero.inference.engine.BatchingEngine} has one platform thread, {@code
 * engine-<model>}. It runs {@code EngineLoop}, owns decoder, cache, slots and samplers, and makes every call to them. A
 * submitting thread makes a {@code Slot}, puts it into a queue that never holds more than the limits allow, and wakes
 * the engine; from then on the slot is the engine's. Tokens come back through one {@code Mailbox} per generation, which
 * neither side locks: a slow reader finds its pieces joined, and the engine never waits for it. With nothing to do the
 * engine's thread parks.
 *
 * <p><b>One turn of the loop.</b> Take what was handed in; end what was cancelled; {@code Scheduler} admits waiting
 * slots and plans the step's rows, decoding slots first, prompts in the rest of one ubatch; the decoder runs it; {@code
 * TokenStep} samples for each row that wanted logits; {@code Answer} turns bytes into text, without half characters or
 * half stop strings, and puts it into the mailbox.
 *
 * <p><b>KV cache.</b> {@code SequenceCache} knows which tokens lie under which sequence id and counts cells, shared
 * ones once ({@code CellLedger}). A conversation's cells stay when its request ends. A request takes the longest common
 * prefix of any sequence with its salt, by extending an idle one or by sharing cells; a request whose prefix is being
 * evaluated right now waits for that instead of evaluating it again. Idle conversations leave the cache as blocks
 * ({@code Parking}): to host memory ({@code HostTier}) and from there to files ({@code DiskTier}, whose threads the
 * engine never waits for), found again by their tokens in one tree ({@code ParkedBlocks}); where there is a GPU, first
 * as a whole to its own memory ({@code DeviceTier}). {@code IdleMover} decides which and where to. A generation that
 * must give its cells up keeps its tokens and its half-sent answer, and goes on later.
 */
package dev.llamero.inference.engine;
