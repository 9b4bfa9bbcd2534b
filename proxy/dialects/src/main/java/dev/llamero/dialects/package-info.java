/**
 * Translation between the wire dialects of callers (OpenAI's chat completions, completions, embeddings, models and
 * responses; Anthropic's messages) and of model servers (Ollama's; OpenAI's, as llama-server, vLLM and TGI speak it).
 * Pure: no socket, no clock, no thread. The proxy translates for any model server, the inference server for itself.
 *
 * <p>In the middle stands one neutral form in Ollama's terms: {@link dev.llamero.dialects.ModelCall} and
 * {@link dev.llamero.dialects.AnswerChunk}. So each dialect is translated once:
 *
 * <pre>
 * body -> ChatCompletionRequest.read ... -> call() -> UpstreamKind.request(call) -> method, path, body
 * bytes -> UpstreamKind.answer(contentType).feed(...) -> AnswerChunk -> request.answer(token, seconds).write(chunk)
 * embeddings: EmbeddingsRequest.read -> call(), then answer(UpstreamKind.embedAnswer(body)); models: ModelList
 * failure -> Failure.of(error) -> CallerDialect.error(failure, id), or AnswerWriter.failure(failure) within a stream
 * </pre>
 *
 * <p>Where it differs from Ollama's own {@code /v1} in either {@link dev.llamero.dialects.Manner}:
 * {@code max_completion_tokens}, {@code parallel_tool_calls} and {@code tool_choice} {@code "none"} are honoured, a
 * named function is the only one that is offered, the parts of one message stay one message, {@code developer} becomes
 * {@code system}, and an error in the middle of a stream reaches the caller.
 */
package dev.llamero.dialects;
