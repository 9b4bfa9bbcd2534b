package dev.llamero.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.benchmarks.report.Results;
import dev.llamero.benchmarks.servers.PlainHttp;
import dev.llamero.benchmarks.servers.ServerKind;
import dev.llamero.benchmarks.servers.ServerSpec;
import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a server says of itself, and how it was started. */
final class Versions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Versions() {}

    static Results.ServerInfo of(ServerSpec spec, Target target) throws IOException, InterruptedException {
        return new Results.ServerInfo(spec.name(), spec.kind().label(), version(target), settings(spec));
    }

    private static String version(Target target) throws IOException, InterruptedException {
        if (target.kind() == ServerKind.OLLAMA) {
            return field(PlainHttp.get(target, "/api/version"), "version");
        }
        return target.kind() == ServerKind.LLAMA_SERVER ? field(PlainHttp.get(target, "/props"), "build_info") : "";
    }

    private static String field(PlainHttp.Reply reply, String name) throws IOException {
        return reply.status() == 200 ? JSON.readTree(reply.body()).path(name).asText("") : "";
    }

    /** The command as the file has it, folders left out: they say nothing, and belong to one machine. */
    static String settings(ServerSpec spec) {
        var words = new ArrayList<String>();
        words.addAll(pairs(spec.environment()));
        spec.command().forEach(word -> words.add(lastName(word)));
        spec.limited().ifPresent(more -> {
            words.add("[limited:");
            words.addAll(pairs(more.environment()));
            more.arguments().forEach(word -> words.add(lastName(word)));
            words.add("]");
        });
        return String.join(" ", words);
    }

    private static List<String> pairs(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + lastName(entry.getValue()))
                .toList();
    }

    private static String lastName(String word) {
        return word.contains("://") ? word : word.substring(word.lastIndexOf('/') + 1);
    }
}
