package dev.llamero.inference;

import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.GenerationStatistics;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.engine.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An engine without a model: every answer is the same words, as fast as they are read. Each byte is a token. */
final class InstantEngine implements Engine, Tokenizer {
    static final int TOKENS = 500;

    @Override
    public Generation submit(GenerationRequest request) {
        return new Words(request.promptTokens().length);
    }

    @Override
    public Tokenizer tokenizer() {
        return this;
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo("instant", 4096, 1, 0, 0);
    }

    @Override
    public Load load() {
        return new Load(0, 0);
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = bytes[i] & 0xFF;
        }
        return tokens;
    }

    @Override
    public byte[] bytes(int token, boolean renderSpecial) {
        return new byte[] {(byte) token};
    }

    @Override
    public boolean endsGeneration(int token) {
        return false;
    }

    @Override
    public int vocabularySize() {
        return 256;
    }

    private static final class Words implements Generation {
        private final int promptTokens;
        private int given;

        Words(int promptTokens) {
            this.promptTokens = promptTokens;
        }

        @Override
        public TokenEvent next() {
            if (given++ < TOKENS) {
                return new TokenEvent.Piece(" word", List.of());
            }
            return new TokenEvent.Finish(
                    FinishReason.STOP, new GenerationStatistics(promptTokens, 0, TOKENS, 0, 1_000, 1_000));
        }

        @Override
        public void cancel() {
            given = TOKENS;
        }

        @Override
        public void close() {
            cancel();
        }
    }
}
