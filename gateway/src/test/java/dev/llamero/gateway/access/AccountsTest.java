package dev.llamero.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {
    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    @TempDir
    Path data;

    private Accounts accounts;

    @BeforeEach
    void open() {
        accounts = Accounts.open(data, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void close() {
        accounts.close();
    }

    @Test
    void aTokenIsOneAccountsAndIsNowhereOnDisk() throws IOException {
        String anna = accounts.add("anna");
        String bert = accounts.add("bert");
        assertThat(anna).hasSizeGreaterThan(40).isNotEqualTo(bert);
        assertThat(accounts.byToken(anna).orElseThrow().name()).isEqualTo("anna");
        assertThat(accounts.byToken(bert).orElseThrow().name()).isEqualTo("bert");
        assertThat(accounts.byToken("lg-" + "x".repeat(43))).isEmpty();
        assertThat(accounts.byToken("' OR 1=1 --")).isEmpty();
        String cookie = accounts.signIn(accounts.byToken(anna).orElseThrow());
        for (Path file : Files.list(data).toList()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(anna, bert, cookie);
        }
        assertThat(Files.getPosixFilePermissions(data.resolve("users.db"))).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Anna", "a b", "../a", "-a", "a;--", "安娜"})
    void whatIsNoNameIsRefused(String name) {
        assertThatThrownBy(() -> accounts.add(name)).hasMessageContaining("name");
        assertThat(accounts.any()).isFalse();
    }

    @Test
    void aNameIsTakenOnlyOnce() {
        accounts.add("anna");
        assertThatThrownBy(() -> accounts.add("anna")).hasMessageContaining("already");
    }

    @Test
    void removalAndANewTokenEndWhatWasSignedIn() {
        Caller anna = accounts.byToken(accounts.add("anna")).orElseThrow();
        String cookie = accounts.signIn(anna);
        Caller page = accounts.bySignIn(cookie).orElseThrow();
        assertThat(accounts.stands(page)).isTrue();
        accounts.set("anna", "a token that she chose");
        assertThat(accounts.stands(page)).isFalse();
        assertThat(accounts.bySignIn(cookie)).isEmpty();
        Caller again = accounts.byToken("a token that she chose").orElseThrow();
        String second = accounts.signIn(again);
        assertThat(accounts.remove("anna")).isTrue();
        assertThat(accounts.stands(again)).isFalse();
        assertThat(accounts.bySignIn(second)).isEmpty();
        assertThat(accounts.remove("anna")).isFalse();
    }

    @Test
    void theSameTokenAgainChangesNothing() {
        accounts.set("local", "0123456789abcdef");
        String cookie = accounts.signIn(accounts.byToken("0123456789abcdef").orElseThrow());
        accounts.set("local", "0123456789abcdef");
        assertThat(accounts.bySignIn(cookie)).isPresent();
        assertThatThrownBy(() -> accounts.set("anna", "0123456789abcdef")).hasMessageContaining("another account");
    }

    @Test
    void whatAnotherProcessDoesIsNoticed() {
        try (Accounts commandLine = Accounts.open(data, Clock.systemUTC())) {
            Caller anna = accounts.byToken(commandLine.add("anna")).orElseThrow();
            assertThat(accounts.any()).isFalse();
            accounts.refresh();
            assertThat(accounts.any()).isTrue();
            assertThat(accounts.stands(anna)).isTrue();
            commandLine.remove("anna");
            accounts.refresh();
            assertThat(accounts.stands(anna)).isFalse();
        }
    }

    @Test
    void signInsEndByAgeAndByNumber() {
        Caller anna = accounts.byToken(accounts.add("anna")).orElseThrow();
        var cookies = new ArrayList<String>();
        for (int i = 0; i <= Accounts.SIGN_INS_MAX; i++) {
            cookies.add(accounts.signIn(anna));
        }
        assertThat(accounts.bySignIn(cookies.getFirst())).isEmpty();
        assertThat(accounts.bySignIn(cookies.get(1))).isPresent();
        assertThat(accounts.list().getFirst().signIns()).isEqualTo(Accounts.SIGN_INS_MAX);
        Clock later = Clock.fixed(NOW.plus(Accounts.SIGN_IN_AGE_MAX).plusSeconds(1), ZoneOffset.UTC);
        try (Accounts afterwards = Accounts.open(data, later)) {
            assertThat(afterwards.bySignIn(cookies.getLast())).isEmpty();
        }
    }

    @Test
    void signingOutEndsOneSignInOnly() {
        Caller anna = accounts.byToken(accounts.add("anna")).orElseThrow();
        String phone = accounts.signIn(anna);
        String desk = accounts.signIn(anna);
        accounts.signOut(accounts.bySignIn(phone).orElseThrow());
        assertThat(accounts.bySignIn(phone)).isEmpty();
        assertThat(accounts.bySignIn(desk)).isPresent();
    }
}
