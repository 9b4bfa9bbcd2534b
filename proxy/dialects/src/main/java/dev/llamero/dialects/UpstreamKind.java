package dev.llamero.dialects;

/** The dialects that model servers speak: how a call is asked of them, and how their answers are read. */
public enum UpstreamKind {
    /** Llamero's inference, or Ollama. */
    OLLAMA {
        @Override
        public UpstreamRequest request(ModelCall call) {
            OllamaRequests.check(call);
            return new UpstreamRequest("POST", call.operation().ollamaPath(), OllamaRequests.body(call));
        }

        @Override
        public UpstreamRequest listRequest() {
            return new UpstreamRequest("GET", "/api/tags", new byte[0]);
        }

        @Override
        public AnswerReader answer(String contentType) {
            return new OllamaAnswers();
        }

        @Override
        public EmbedAnswer embedAnswer(byte[] body) {
            return EmbedAnswer.ofOllama(body);
        }

        @Override
        public ModelList list(byte[] body) {
            return ModelList.read(body);
        }
    },
    /** llama-server, vLLM, TGI, or any other server with OpenAI's API. */
    OPENAI {
        @Override
        public UpstreamRequest request(ModelCall call) {
            return new UpstreamRequest("POST", call.operation().openAiPath(), OpenAiRequests.body(call));
        }

        @Override
        public UpstreamRequest listRequest() {
            return new UpstreamRequest("GET", "/v1/models", new byte[0]);
        }

        @Override
        public AnswerReader answer(String contentType) {
            return contentType.startsWith("application/json") ? new WholeAnswer() : new OpenAiAnswers();
        }

        @Override
        public EmbedAnswer embedAnswer(byte[] body) {
            return EmbedAnswer.ofOpenAi(body);
        }

        @Override
        public ModelList list(byte[] body) {
            return ModelList.readOpenAi(body);
        }
    };

    /**
     * The call as this kind of server takes it. Chat and generate ask for a stream.
     *
     * @throws DialectException with {@link DialectError.BadField} if it cannot express what the caller wants
     */
    public abstract UpstreamRequest request(ModelCall call);

    /** The request for the list of models. */
    public abstract UpstreamRequest listRequest();

    /**
     * A reader for the answer to a chat or generate call that came with status 200.
     *
     * @param contentType of the answer; empty if it has none
     */
    public abstract AnswerReader answer(String contentType);

    /** Reads the answer to an embed call that came with status 200. */
    public abstract EmbedAnswer embedAnswer(byte[] body);

    /** Reads the answer to {@link #listRequest}. */
    public abstract ModelList list(byte[] body);
}
