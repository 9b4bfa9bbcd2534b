package dev.llamero.inference.cli;

import dev.llamero.inference.ServerPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Completion scripts from the commands as they are declared. The shells ask the server for models, at most a second.
 */
final class CompletionScripts {
    /** Commands that take names of models. */
    private static final Set<String> ON_MODELS = Set.of("run", "show", "stop", "cp", "rm", "push", "pull", "cache");

    /** Commands of other modules, and what is asked for their flags when somebody wants to complete one. */
    private static final Map<String, String> ASKED = Map.of("proxy", "proxy", "gateway", "gateway", "key", "key add");

    /** Commands that take a verb. */
    private static final Map<String, String> VERBS = Map.of("key", "add list revoke", "user", "add list remove");

    /** A command of the launcher: what it does, its flags, and whether it takes models. */
    private record Entry(String help, List<String> flags, boolean models) {}

    private final Map<String, Entry> entries = new TreeMap<>();

    CompletionScripts(CommandLine top) {
        CommandGroups.LAUNCHED.forEach((name, help) -> entries.put(name, new Entry(help, launchedFlags(name), false)));
        top.getSubcommands().forEach((name, command) -> {
            if (command.getCommandSpec().usageMessage().hidden()) {
                return;
            }
            List<String> flags = new ArrayList<>();
            command.getCommandSpec().options().forEach(option -> flags.add(option.longestName()));
            String[] help = command.getCommandSpec().usageMessage().description();
            boolean models = ON_MODELS.contains(command.getCommandName());
            entries.put(name, new Entry(help.length == 0 ? "" : help[0], flags, models));
        });
    }

    private static List<String> launchedFlags(String name) {
        return switch (name) {
            case "serve", "start" -> ServerPlan.flags();
            case "user" -> List.of("--data-dir");
            default -> List.of();
        };
    }

    /** Names with a colon need care: bash takes the colon as the end of a word. */
    String bash() {
        return """
            # bash completion for llamero
            _llamero() {
              local current=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} words flags= models= verbs=
              words=($line)
              local program=${words[0]/#\\~/$HOME}
              COMPREPLY=()
              if [ "${#words[@]}" -lt 2 ] || { [ "${#words[@]}" -eq 2 ] && [ "${line: -1}" != ' ' ]; }; then
                COMPREPLY=($(compgen -W '%s' -- "$current"))
                return
              fi
              case ${words[1]} in
            %s  esac
              case $current in
                -*) COMPREPLY=($(compgen -W "$flags" -- "$current")); return ;;
              esac
              [ -z "$verbs" ] || COMPREPLY=($(compgen -W "$verbs" -- "$current"))
              [ -n "$models" ] || return 0
              local typed= name
              [ "${line: -1}" = ' ' ] || typed=${words[-1]}
              local head=${typed%%"${typed##*:}"}
              while IFS= read -r name; do
                case $name in "$typed"*) COMPREPLY+=("${name#"$head"}") ;; esac
              done < <(LLAMERO_SUPERVISED=1 "$program" model-names 2> /dev/null)
            }
            complete -o default -F _llamero llamero ./llamero
            """.formatted(String.join(" ", entries.keySet()), cases("    "));
    }

    private String cases(String indent) {
        return entries.entrySet().stream()
                .map(entry -> indent + entry.getKey() + ") flags="
                        + (ASKED.containsKey(entry.getKey())
                                ? asking(ASKED.get(entry.getKey()))
                                : "'" + String.join(" ", entry.getValue().flags()) + "'")
                        + (entry.getValue().models() ? " models=1" : "")
                        + (VERBS.containsKey(entry.getKey()) ? " verbs='" + VERBS.get(entry.getKey()) + "'" : "")
                        + " ;;\n")
                .collect(Collectors.joining());
    }

    private static String asking(String command) {
        return "$(LLAMERO_SUPERVISED=1 \"$program\" " + command + " --help 2> /dev/null"
                + " | sed -n 's/^  \\(-h, \\|    \\)\\{0,1\\}\\(--[a-z0-9-]*\\).*/\\2/p')";
    }

    String zsh() {
        String described = entries.entrySet().stream()
                .map(entry ->
                        "    '" + entry.getKey() + ":" + plain(entry.getValue().help()) + "'\n")
                .collect(Collectors.joining());
        return """
            #compdef llamero
            _llamero() {
              local flags= models= verbs= program=$words[1]
              local -a commands names
              commands=(
            %s  )
              if (( CURRENT == 2 )); then
                _describe command commands
                return
              fi
              case $words[2] in
            %s  esac
              if [[ $PREFIX == -* ]]; then
                compadd -- ${=flags}
              elif [[ -n $verbs ]]; then
                compadd -- ${=verbs}
              elif [[ -n $models ]]; then
                names=(${(f)"$(LLAMERO_SUPERVISED=1 $program model-names 2> /dev/null)"})
                compadd -a names
              else
                _files
              fi
            }
            compdef _llamero llamero
            """.formatted(described, cases("    "));
    }

    String fish() {
        var script = new StringBuilder("# fish completion for llamero\n");
        entries.forEach((name, entry) -> {
            script.append("complete -c llamero -f -n __fish_use_subcommand -a %s -d '%s'%n"
                    .formatted(name, plain(entry.help())));
            String when = "-n '__fish_seen_subcommand_from " + name + "'";
            entry.flags().stream()
                    .filter(flag -> flag.startsWith("--"))
                    .forEach(flag -> script.append("complete -c llamero " + when + " -l " + flag.substring(2) + "\n"));
            if (ASKED.containsKey(name)) {
                script.append("complete -c llamero " + when + " -a \"(LLAMERO_SUPERVISED=1 llamero " + ASKED.get(name)
                        + " --help 2> /dev/null | string replace -rf '^  (?:-h, |    )?(--[a-z0-9-]+).*' '\\$1')\"\n");
            }
            if (VERBS.containsKey(name)) {
                script.append("complete -c llamero -f " + when + " -a '" + VERBS.get(name) + "'\n");
            }
            if (entry.models()) {
                script.append("complete -c llamero -f " + when
                        + " -a '(LLAMERO_SUPERVISED=1 llamero model-names 2> /dev/null)'\n");
            }
        });
        return script.toString();
    }

    private static String plain(String help) {
        return help.replaceAll("['\\[\\]]", "").replace("%n", " ");
    }
}
