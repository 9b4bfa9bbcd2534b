package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A message whose paths of pictures and recordings were replaced by what the files hold (specification 20.3).
 *
 * @param text without the paths of files that are there
 * @param contents of the files, in Base64
 */
record AttachedFiles(String text, List<String> contents) {
    private static final long BYTES_MAX = 100L << 20;

    /** A path that begins at the root or with a dot, may hold blanks, and ends with one of these kinds of file. */
    private static final Pattern PATH =
            Pattern.compile("(?:[a-zA-Z]:)?(?:\\./|/|\\\\)[\\S\\\\ ]+?\\.(?i:jpg|jpeg|png|webp|wav)\\b");

    /** What shells and terminals put a backslash before when a file is dropped on them. */
    private static final Pattern ESCAPED = Pattern.compile("\\\\([ ()\\[\\]{}$&;'\\\\*?~])");

    /** Whether a line that begins with a slash begins with such a path, and so with no command. */
    static boolean isNamedFirst(String line) {
        Matcher path = PATH.matcher(line);
        return path.find() && path.start() == 0;
    }

    /**
     * Reads the files that a message names; a path at which there is none stays text.
     *
     * @param told where each file that was read is named
     * @throws UsageException if a file is of another kind than its name says, too large or unreadable
     */
    static AttachedFiles of(String message, PrintWriter told) {
        String text = message;
        var contents = new ArrayList<String>();
        for (String found : PATH.matcher(message).results().map(m -> m.group()).toList()) {
            String name = ESCAPED.matcher(found).replaceAll(m -> Matcher.quoteReplacement(m.group(1)));
            byte[] bytes = read(name);
            if (bytes != null) {
                boolean sound = name.toLowerCase(Locale.ROOT).endsWith(".wav");
                told.println("Added " + (sound ? "audio" : "image") + " '" + name + "'");
                told.flush();
                contents.add(Base64.getEncoder().encodeToString(bytes));
                text = text.replace("'" + name + "'", "")
                        .replace("'" + found + "'", "")
                        .replace(found, "");
            }
        }
        return new AttachedFiles(text.strip(), List.copyOf(contents));
    }

    /** Null where there is no such file. */
    private static byte[] read(String name) {
        try {
            Path file = Path.of(name);
            if (!Files.isRegularFile(file)) {
                return null;
            }
            if (Files.size(file) > BYTES_MAX) {
                throw new UsageException("Couldn't process file: " + name + " is larger than 100 MB");
            }
            byte[] bytes = Files.readAllBytes(file);
            if (!isKnown(bytes)) {
                throw new UsageException("Couldn't process file: " + name + " is no JPEG, PNG, WebP or WAV file");
            }
            return bytes;
        } catch (InvalidPathException e) {
            return null;
        } catch (IOException e) {
            throw new UsageException("Couldn't process file: " + e.getMessage());
        }
    }

    /** By the first bytes of the file. */
    private static boolean isKnown(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(bytes.length, 16), StandardCharsets.ISO_8859_1);
        boolean riff = head.startsWith("RIFF") && head.length() >= 12;
        return head.startsWith("\u00ff\u00d8\u00ff")
                || head.startsWith("\u0089PNG\r\n\u001a\n")
                || riff && (head.startsWith("WEBP", 8) || head.startsWith("WAVE", 8));
    }

    /** @param field the name of the text in the request or message */
    void putInto(Map<String, Object> target, String field) {
        target.put(field, text);
        if (!contents.isEmpty()) {
            target.put("images", contents);
        }
    }
}
