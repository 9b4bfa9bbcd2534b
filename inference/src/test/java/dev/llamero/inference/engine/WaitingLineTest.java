package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.await;
import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is next, by itself and through the engine. */
@Timeout(60)
class WaitingLineTest {
    private final WaitingLine line = new WaitingLine();

    private static Slot slot(String caller, String text) {
        return new Slot(request(text).salt(caller).build(), new Mailbox(mailbox -> {}), 300, 100, 0);
    }

    private static List<String> texts(List<Slot> slots) {
        return slots.stream().map(slot -> slot.request.promptText()).toList();
    }

    private List<String> drained() {
        List<Slot> taken = new ArrayList<>();
        while (!line.isEmpty()) {
            assertThat(line.peek()).isSameAs(line.inOrder().getFirst());
            taken.add(line.poll());
        }
        assertThat(line.poll()).isNull();
        return texts(taken);
    }

    @Test
    void callersTakeTurnsAndEachIsServedInOrder() {
        for (String text : List.of("a1", "a2", "a3", "b1", "c1", "c2")) {
            line.add(slot(text.substring(0, 1), text));
        }
        List<String> order = List.of("a1", "b1", "c1", "a2", "c2", "a3");
        assertThat(texts(line.inOrder())).isEqualTo(order);
        assertThat(drained()).isEqualTo(order);
    }

    @Test
    void whoWasServedWaitsForTheOthersEvenIfTheyComeLater() {
        line.add(slot("a", "a1"));
        line.add(slot("a", "a2"));
        line.poll();
        line.add(slot("b", "b1"));
        line.add(slot("a", "a3"));
        assertThat(drained()).containsExactly("a2", "b1", "a3");
    }

    @Test
    void whoGaveItsPlaceUpComesFirst() {
        line.add(slot("a", "a1"));
        line.addFirst(slot("z", "z1"));
        assertThat(line.size()).isEqualTo(2);
        assertThat(drained()).containsExactly("z1", "a1");
    }

    @Test
    void whoLeavesIsGone() {
        Slot gone = slot("a", "a1");
        Slot back = slot("b", "b1");
        line.add(gone);
        line.addFirst(back);
        line.add(slot("c", "c1"));
        line.remove(gone);
        line.remove(gone);
        line.remove(back);
        assertThat(line.size()).isEqualTo(1);
        assertThat(drained()).containsExactly("c1");
    }

    @Test
    void aBusyCallerDelaysAnotherByOneRequest() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(512, 4, 16, Script.endless());
        StepGate gate = new StepGate();
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1)) {
            List<Generation> many = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                many.add(engine.submit(request("m" + i).salt("many").build()));
            }
            gate.awaitArrival();
            Generation single = engine.submit(request("s7").salt("one").build());
            gate.pass();
            await(() -> engine.waiting().size() == 6);
            assertThat(engine.waiting()).extracting(Engine.Waiting::position).containsExactly(1, 2, 3, 4, 5, 6);
            gate.open();
            assertThat(read(single).reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(single.queued().orElseThrow().position()).isEqualTo(2);
            for (Generation generation : many) {
                read(generation);
            }
            assertThat(many.getFirst().queued()).isEmpty();
            assertThat(many.get(1).queued().orElseThrow().position()).isPositive();
            assertThat(engine.waiting()).isEmpty();
        }
        // Answers are letters, so a digit tells whose prompt a step evaluated.
        List<Integer> order = decoder.steps.stream()
                .flatMap(List::stream)
                .map(FakeDecoder.Row::token)
                .filter(token -> token < 'a')
                .map(token -> token - '0')
                .toList();
        assertThat(order).containsExactly(0, 1, 7, 2, 3, 4, 5);
    }
}
