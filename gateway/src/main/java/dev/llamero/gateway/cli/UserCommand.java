package dev.llamero.gateway.cli;

import dev.llamero.gateway.Settings;
import dev.llamero.gateway.access.AccessException;
import dev.llamero.gateway.access.Accounts;
import dev.llamero.gateway.access.Caller;
import dev.llamero.settings.SettingsException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/**
 * {@code llamero user add|list|remove}: the accounts of the gateway, in its data directory. A gateway that runs notices
 * within a second.
 */
public final class UserCommand {
    private static final String USAGE = """
        llamero user add NAME      make an account and show its token, once
        llamero user list          names, when they were made, browsers signed in
        llamero user remove NAME   end its sign-ins and close its pages; its chats are kept
        Settings of the gateway may follow, such as --data-dir FOLDER.\
        """;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.systemDefault());

    private UserCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.getenv(), System.out, System.err));
    }

    /** Does what the arguments say; gives the exit status. */
    static int run(List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        String verb = arguments.isEmpty() ? "help" : arguments.getFirst();
        boolean named = verb.equals("add") || verb.equals("remove");
        if (!named && !verb.equals("list") || named && arguments.size() < 2) {
            (verb.equals("help") || verb.equals("--help") ? out : err).println(USAGE);
            return verb.equals("help") || verb.equals("--help") ? 0 : 2;
        }
        try {
            Settings settings = Settings.read(arguments.subList(named ? 2 : 1, arguments.size()), environment);
            try (Accounts accounts = Accounts.open(settings.dataDirectory(), Clock.systemUTC())) {
                return switch (verb) {
                    case "add" -> add(accounts, arguments.get(1), out);
                    case "remove" -> remove(accounts, arguments.get(1), out, err);
                    default -> list(accounts, out);
                };
            }
        } catch (AccessException | SettingsException e) {
            err.println("llamero: " + e.getMessage());
            return 1;
        }
    }

    private static int add(Accounts accounts, String name, PrintStream out) {
        boolean first = !accounts.any();
        out.println("token of " + name + ", shown only now: " + accounts.add(name));
        if (first && !name.equals(Caller.LOCAL)) {
            // Or the chats from before, which belong to it, could not be opened any more.
            out.println("token of " + Caller.LOCAL + ", shown only now: " + accounts.add(Caller.LOCAL));
            out.println("From now on everybody must sign in. The chats that there are belong to the account "
                    + Caller.LOCAL + ".");
        }
        return 0;
    }

    private static int remove(Accounts accounts, String name, PrintStream out, PrintStream err) {
        if (!accounts.remove(name)) {
            err.println("llamero: there is no account " + name + "; llamero user list shows all");
            return 1;
        }
        out.println("removed " + name + "; its chats are there again for an account of that name");
        if (!accounts.any()) {
            out.println("That was the last account: on 127.0.0.1 nobody must sign in any more.");
        }
        return 0;
    }

    private static int list(Accounts accounts, PrintStream out) {
        List<Accounts.Account> all = accounts.list();
        if (all.isEmpty()) {
            out.println("no accounts: on 127.0.0.1 nobody must sign in");
            return 0;
        }
        out.printf("%-32s  %-16s  %s%n", "NAME", "MADE", "SIGNED IN");
        for (var account : all) {
            out.printf(
                    "%-32s  %-16s  %d%n",
                    account.name(), TIME.format(Instant.ofEpochMilli(account.createdAt())), account.signIns());
        }
        return 0;
    }
}
