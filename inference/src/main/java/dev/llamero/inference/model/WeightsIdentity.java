package dev.llamero.inference.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Tells one model's weights from all others without reading 20 GB: a store's file is called by its digest; of a loose
 * one length, time, beginning, end and samples between are digested.
 */
final class WeightsIdentity {
    private static final Pattern DIGEST = Pattern.compile("sha256[-:]([0-9a-f]{64})");
    private static final int SAMPLES = 64;
    private static final int SAMPLE_BYTES = 64 << 10;

    private WeightsIdentity() {}

    static String of(Path weights) throws IOException {
        var named = DIGEST.matcher(weights.getFileName().toString());
        return named.matches() ? named.group(1) : sampled(weights);
    }

    private static String sampled(Path weights) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.READ)) {
            long size = channel.size();
            String about = size + " " + Files.getLastModifiedTime(weights);
            digest.update(about.getBytes(StandardCharsets.UTF_8));
            ByteBuffer sample = ByteBuffer.allocate(SAMPLE_BYTES);
            for (int i = 0; i <= SAMPLES; i++) {
                sample.clear();
                channel.read(sample, Math.max(0, size - SAMPLE_BYTES) / SAMPLES * i);
                digest.update(sample.flip());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
