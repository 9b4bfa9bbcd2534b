package dev.llamero.benchmarks.load;

import java.net.URI;

/**
 * A server under test.
 *
 * @param name what the report calls it
 * @param dialect how it is spoken to
 * @param address scheme, host and port; loopback only
 * @param model the model's name there
 */
record Target(String name, Dialect dialect, URI address, String model) {
    /** Wire formats. */
    enum Dialect {
        /** {@code /api/chat}, NDJSON. */
        OLLAMA,
        /** {@code /v1/chat/completions}, SSE, with llama-server's own request fields. */
        LLAMA_SERVER,
        /** {@code /v1/chat/completions}, SSE. */
        OPENAI
    }

    /**
     * Reads {@code name=dialect,address,model}.
     *
     * @throws IllegalArgumentException if the text has another form, or the address is not on this machine
     */
    static Target parse(String text) {
        String[] named = text.split("=", 2);
        String[] parts = named.length == 2 ? named[1].split(",", 3) : new String[0];
        if (parts.length != 3) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not NAME=DIALECT,ADDRESS,MODEL, as in ours=ollama,http://127.0.0.1:11434,smol");
        }
        var address = URI.create(parts[1]);
        if (!"127.0.0.1".equals(address.getHost()) && !"localhost".equals(address.getHost())) {
            throw new IllegalArgumentException("load goes to this machine only, not to " + address);
        }
        Dialect dialect = switch (parts[0]) {
            case "ollama" -> Dialect.OLLAMA;
            case "llama-server" -> Dialect.LLAMA_SERVER;
            case "openai" -> Dialect.OPENAI;
            default ->
                throw new IllegalArgumentException(
                        "dialect " + parts[0] + " is not one of ollama, llama-server, openai");
        };
        return new Target(named[0], dialect, address, parts[2]);
    }
}
