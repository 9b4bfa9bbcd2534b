package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MailboxTest {
    private static final TokenEvent END = new TokenEvent.Finish(FinishReason.STOP, null);

    private final Mailbox mailbox = new Mailbox(cancelled -> {});

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private String next() throws InterruptedException {
        return ((TokenEvent.Piece) mailbox.next()).text();
    }

    @Test
    void piecesComeAsTheyWereHandedInAroundTheRingManyTimes() throws InterruptedException {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            String text = letters(random, 1 + random.nextInt(40));
            mailbox.piece(text, List.of());
            assertThat(next()).isEqualTo(text);
        }
    }

    @Test
    void aPieceLongerThanTheRingComesWhole() throws InterruptedException {
        String text = letters(new Random(4), 5_000);
        mailbox.piece("before", List.of());
        mailbox.piece(text, List.of());
        mailbox.piece("behind", List.of());
        mailbox.end(END);
        assertThat(List.of(next(), next(), next())).containsExactly("before", text, "behind");
        assertThat(mailbox.next()).isEqualTo(END);
    }

    @Test
    void whatTheReaderIsTooSlowForComesJoinedBeforeTheEnd() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            mailbox.piece("x", List.of());
            mailbox.flush();
        }
        mailbox.end(END);
        for (int i = 0; i < 64; i++) {
            assertThat(next()).isEqualTo("x");
        }
        assertThat(next()).isEqualTo("x".repeat(136));
        assertThat(mailbox.next()).isEqualTo(END);
    }

    @Test
    void logProbabilitiesStayWithTheirPieces() throws InterruptedException {
        var one = List.of(new TokenLogprob(new byte[] {1}, -1, List.of()));
        mailbox.piece("a", List.of());
        mailbox.piece("b", one);
        mailbox.piece("c", List.of());
        assertThat(mailbox.next()).isEqualTo(new TokenEvent.Piece("a", List.of()));
        assertThat(mailbox.next()).isEqualTo(new TokenEvent.Piece("b", one));
        assertThat(mailbox.next()).isEqualTo(new TokenEvent.Piece("c", List.of()));
    }

    @Test
    void twoThreadsLoseNothingWhateverTheirPace() throws Exception {
        Random random = new Random(5);
        StringBuilder sent = new StringBuilder();
        var received = CompletableFuture.supplyAsync(() -> {
            try {
                StringBuilder text = new StringBuilder();
                TokenEvent event = mailbox.next();
                while (event instanceof TokenEvent.Piece piece) {
                    text.append(piece.text());
                    event = mailbox.next();
                }
                return text.toString();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < 20_000; i++) {
            String text = letters(random, random.nextInt(100) == 0 ? 1_500 : 1 + random.nextInt(12));
            sent.append(text);
            mailbox.piece(text, List.of());
            if (random.nextInt(3) == 0) {
                mailbox.flush();
            }
            if (random.nextInt(500) == 0) {
                Thread.yield();
            }
        }
        mailbox.end(END);
        assertThat(received.get()).isEqualTo(sent.toString());
    }
}
