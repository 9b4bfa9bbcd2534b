package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Properties;

/** What {@code --version} prints: this program, and whose behaviour the server has. */
record Versions(ModelClient client) {
    private static final String PROPERTIES = "/META-INF/maven/dev.llamero/llamero-inference/pom.properties";

    void print(PrintWriter out, PrintWriter err) {
        out.println("llamero version is " + own());
        try {
            out.println("server answers as ollama version "
                    + client.get("/api/version").text("version"));
        } catch (IOException e) {
            err.println("Warning: could not connect to a running server");
        }
    }

    /** Maven writes it into the jar. */
    private static String own() {
        var properties = new Properties();
        try (var in = Versions.class.getResourceAsStream(PROPERTIES)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
        return properties.getProperty("version", "unknown (not run from its jar)");
    }
}
