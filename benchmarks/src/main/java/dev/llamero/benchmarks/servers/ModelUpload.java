package dev.llamero.benchmarks.servers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Makes a model of a GGUF file through Ollama's API: {@code /api/blobs}, then {@code /api/create}. */
final class ModelUpload {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelUpload() {}

    /** Does nothing if the server has a model of this name. */
    static void ensure(Target target, Path file) throws IOException, InterruptedException {
        String show = JSON.createObjectNode().put("model", target.model()).toString();
        if (PlainHttp.post(target, "/api/show", show).status() == 200) {
            return;
        }
        String digest = "sha256:" + sha256(file);
        String blob = "/api/blobs/" + digest;
        if (!PlainHttp.exists(target, blob)) {
            require(PlainHttp.upload(target, blob, file), target, "took no file");
        }
        var create = JSON.createObjectNode().put("model", target.model()).put("stream", false);
        create.putObject("files").put(file.getFileName().toString(), digest);
        require(PlainHttp.post(target, "/api/create", create.toString()), target, "made no model");
    }

    private static void require(PlainHttp.Reply reply, Target target, String otherwise) throws IOException {
        if (reply.status() >= 300) {
            throw new IOException(target.name() + " " + otherwise + ": status " + reply.status() + ", " + reply.body());
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
