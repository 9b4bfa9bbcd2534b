package dev.llamero.proxy.callers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key's figures, on a clock of the test's own. */
class AccountTest {
    private static final Instant EVENING = Instant.parse("2026-11-25T23:00:00Z");

    private final AtomicLong passedNanos = new AtomicLong();

    @Test
    void aMinutesRequestsFillUpEvenlyAndRetryAfterIsExactlyWhenTheNextIsThere() {
        Account account = account(new KeyLimits(60, 0, 0, 0, 0));
        for (int i = 0; i < 60; i++) {
            account.enter().close();
        }
        LimitException refused = refusal(account::enter);
        assertThat(refused.limit()).isEqualTo(LimitException.Limit.REQUESTS);
        assertThat(refused.retryAfter()).contains(Duration.ofSeconds(1));
        pass(Duration.ofMillis(999));
        assertThat(refusal(account::enter).limit()).isEqualTo(LimitException.Limit.REQUESTS);
        pass(Duration.ofMillis(1));
        account.enter().close();
        refusal(account::enter);
        pass(Duration.ofMinutes(5));
        assertThat(account.standing().requests().orElseThrow().remaining()).isEqualTo(60);
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        Account account = account(new KeyLimits(0, 0, 1, 0, 0));
        Account.Place place = account.enter();
        assertThat(refusal(account::enter).limit()).isEqualTo(LimitException.Limit.STREAMS);
        place.close();
        place.close();
        assertThat(account.running()).isZero();
        account.enter();
        assertThat(refusal(account::enter).limit()).isEqualTo(LimitException.Limit.STREAMS);
    }

    @Test
    void aRefusedStreamUsesNoRequestUp() {
        Account account = account(new KeyLimits(2, 0, 1, 0, 0));
        account.enter();
        refusal(account::enter);
        assertThat(account.standing().requests().orElseThrow().remaining()).isEqualTo(1);
    }

    @Test
    void tokensBeyondTheGuessAreADebtThatTimePays() {
        Account account = account(new KeyLimits(0, 600, 0, 0, 0));
        account.spend(10, 40, 0).settle(100, 1_100);
        assertThat(account.standing().tokens().orElseThrow().remaining()).isZero();
        LimitException refused = refusal(() -> account.spend(10, 40, 0));
        // 600 of debt and 10 for the prompt, at 10 per second.
        assertThat(refused.retryAfter()).contains(Duration.ofSeconds(61));
        pass(Duration.ofSeconds(61));
        account.spend(10, 40, 0);
    }

    @Test
    void aPromptLargerThanAMinuteIsTakenWhenTheMinuteIsWhole() {
        Account account = account(new KeyLimits(0, 100, 0, 0, 0));
        account.spend(500, 2_000, 0).settle(500, 0);
        assertThat(refusal(() -> account.spend(1, 4, 0)).limit()).isEqualTo(LimitException.Limit.TOKENS);
    }

    @Test
    void aDaysBudgetComesBackAtMidnightAndARunningAnswerCountsWhereItEnds() {
        Account account = account(new KeyLimits(0, 0, 0, 100, 0));
        Spending overMidnight = account.spend(5, 20, 0);
        assertThat(overMidnight.take(50)).isTrue();
        LimitException refused = refusal(() -> account.spend(5, 20, 0));
        assertThat(refused.limit()).isEqualTo(LimitException.Limit.BUDGET);
        assertThat(refused.retryAfter()).contains(Duration.ofSeconds(1));
        account.spend(1, 4, 1).settle(4, 6);
        assertThat(refusal(() -> account.spend(90, 95, 0)).getMessage()).contains("100 tokens per day");
        pass(Duration.ofHours(1));
        assertThat(account.spentToday()).isZero();
        overMidnight.settle(10, 50);
        assertThat(account.spentToday()).isEqualTo(60);
        assertThat(account.standing().tokens().orElseThrow().remaining()).isEqualTo(40);
    }

    @Test
    void aUsedUpDayIsOverAtMidnightAndABudgetOfAllTimeNever() {
        Account daily = account(new KeyLimits(0, 0, 0, 100, 0));
        daily.spend(5, 20, 0).settle(10, 90);
        assertThat(refusal(() -> daily.spend(5, 20, 0)).retryAfter()).contains(Duration.ofHours(1));
        Account total = account(new KeyLimits(0, 0, 0, 0, 100));
        total.spend(5, 20, 0).settle(10, 90);
        assertThat(refusal(() -> total.spend(5, 20, 0)).retryAfter()).isEmpty();
        pass(Duration.ofDays(400));
        assertThat(refusal(() -> total.spend(5, 20, 0)).getMessage()).contains("100 tokens in all");
    }

    @Test
    void theSmallerOfTwoBudgetsCounts() {
        Account account = account(new KeyLimits(0, 0, 0, 1_000, 50));
        assertThat(account.spend(5, 20, 0).ceiling()).isEqualTo(30);
    }

    @Test
    void anAnswerNeverGetsATokenThatTheBudgetDoesNotHold() {
        Account account = account(new KeyLimits(0, 0, 0, 300, 0));
        Spending spending = account.spend(5, 20, 0);
        spending.begin();
        int taken = 0;
        while (spending.take(1)) {
            taken++;
        }
        assertThat(taken).isEqualTo(280);
        assertThat(spending.counted()).isEqualTo(280);
        spending.close();
        assertThat(account.spentToday()).isEqualTo(285);
    }

    @Test
    void anAnswerThatBeginsAgainCountsOnce() {
        Account account = account(new KeyLimits(0, 0, 0, 300, 0));
        Spending spending = account.spend(5, 20, 0);
        spending.take(100);
        spending.begin();
        spending.take(1);
        spending.close();
        assertThat(account.spentToday()).isEqualTo(6);
        assertThat(account.standing().tokens().orElseThrow().remaining()).isEqualTo(294);
    }

    @Test
    void whatNeverReachedAModelCostsNothingAndWhatWasLeftInPrefillItsPrompt() {
        Account account = account(new KeyLimits(0, 0, 0, 300, 0));
        account.spend(5, 20, 0).close();
        assertThat(account.spentToday()).isZero();
        account.spend(5, 20, 0).abandon();
        assertThat(account.spentToday()).isEqualTo(5);
        assertThat(account.standing().tokens().orElseThrow().remaining()).isEqualTo(295);
    }

    @Test
    void manyAtOnceNeverOverdrawABudget() {
        Account account = account(new KeyLimits(0, 0, 0, 10_000, 0));
        var taken = new AtomicLong();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, 200)
                    .forEach(_ -> threads.execute(() -> {
                        try (Spending spending = account.spend(20, 20, 0)) {
                            spending.begin();
                            long own = 0;
                            while (own < 1_000 && spending.take(1)) {
                                own++;
                                Thread.yield();
                            }
                            taken.addAndGet(20 + own);
                        } catch (LimitException e) {
                            assertThat(e.limit()).isEqualTo(LimitException.Limit.BUDGET);
                        }
                    }));
        }
        assertThat(account.spentToday()).isEqualTo(taken.get()).isBetween(8_000L, 10_000L);
    }

    @Test
    void aLowerLimitCountsAtOnceForWhatIsUsedAlready() {
        Account account = account(new KeyLimits(10, 0, 0, 0, 0));
        for (int i = 0; i < 5; i++) {
            account.enter().close();
        }
        account.limit(new KeyLimits(6, 0, 0, 0, 0));
        account.enter().close();
        refusal(account::enter);
    }

    @Test
    void aDaysUseOfYesterdayIsForgottenAtTheStartAndThatOfAllTimeIsNot(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("usage");
        var limits = new KeyLimits(0, 0, 0, 100, 100);
        try (var accounts = accounts(Optional.of(file))) {
            accounts.of("a", limits).spend(5, 20, 0).settle(10, 20);
        }
        try (var accounts = accounts(Optional.of(file))) {
            assertThat(accounts.of("a", limits).spentToday()).isEqualTo(30);
        }
        pass(Duration.ofHours(2));
        try (var accounts = accounts(Optional.of(file))) {
            assertThat(accounts.of("a", limits).spentToday()).isZero();
            assertThat(accounts.of("a", limits).spentEver()).isEqualTo(30);
        }
        Files.writeString(file, "{broken");
        try (var accounts = accounts(Optional.of(file))) {
            assertThat(accounts.of("a", limits).spentEver()).isZero();
        }
    }

    @Test
    void limitsBelowZeroAreRefused() {
        assertThatThrownBy(() -> new KeyLimits(-1, 0, 0, 0, 0)).hasMessageContaining("below 0");
    }

    private static LimitException refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(LimitException.class, call);
    }

    private void pass(Duration time) {
        passedNanos.addAndGet(time.toNanos());
    }

    private Accounts accounts(Optional<Path> file) {
        return new Accounts(file, () -> EVENING.plusNanos(passedNanos.get()), passedNanos::get);
    }

    private Account account(KeyLimits limits) {
        return new Account("a", limits, () -> EVENING.plusNanos(passedNanos.get()), passedNanos::get);
    }
}
