package dev.llamero.proxy.cli;

import dev.llamero.proxy.callers.ApiKey;
import dev.llamero.settings.SettingsException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Takes keys back: their next requests are refused, their running answers end as they would. */
@Command(name = "revoke", aliases = "rm", description = "Take keys back.")
final class KeyRevokeCommand implements Runnable {
    @ParentCommand
    private KeyCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "ID|NAME", description = "Ids of keys, or names.")
    private List<String> keys;

    @Override
    public void run() {
        for (String each : keys) {
            List<ApiKey> gone = parent.keys().revoke(each);
            if (gone.isEmpty()) {
                throw new SettingsException("there is no key with the id or name '" + each + "'; see llamero key list");
            }
            gone.forEach(key -> spec.commandLine().getOut().println("revoked " + key.id() + " (" + key.name() + ")"));
        }
    }
}
